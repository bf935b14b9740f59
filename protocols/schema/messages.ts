/* Generated from messages.schema.json by `npm run schema`; do not edit. */

/**
 * Whatever is said on the wire, and what it is made of.
 */
export type Wire =
  | Ack
  | AnnouncementEdit
  | AnnouncementEdited
  | AnnouncementEditedEvent
  | AnnouncementPost
  | AnnouncementPosted
  | AnnouncementPostedEvent
  | AnnouncementView
  | AnnouncementWithdraw
  | AnnouncementWithdrawn
  | AnnouncementWithdrawnEvent
  | AnnouncementsView
  | ArrivalMark
  | ArrivalMarked
  | ArrivalMarkedEvent
  | ArrivalUnmark
  | ArrivalUnmarked
  | ArrivalUnmarkedEvent
  | ArrivalsMine
  | ArrivalsView
  | ArrivedView
  | Author
  | BannedView
  | ChatApprove
  | ChatApproved
  | ChatApprovedEvent
  | ChatBinned
  | ChatBinnedEvent
  | ChatClose
  | ChatClosed
  | ChatClosedEvent
  | ChatDelete
  | ChatDeleted
  | ChatDeletedEvent
  | ChatHeld
  | ChatHeldEvent
  | ChatHold
  | ChatMine
  | ChatOpen
  | ChatOpened
  | ChatOpenedEvent
  | ChatPin
  | ChatPinned
  | ChatPinnedEvent
  | ChatReject
  | ChatRejected
  | ChatRejectedEvent
  | ChatRestore
  | ChatRestored
  | ChatRestoredEvent
  | ChatSend
  | ChatSent
  | ChatSentEvent
  | ChatSettled
  | ChatSettledEvent
  | ChatUnbinned
  | ChatUnbinnedEvent
  | ChatUnpin
  | ChatUnpinned
  | ChatUnpinnedEvent
  | ChatView
  | Code
  | Command
  | ConnectionClosed
  | Count
  | CountdownExtend
  | CountdownExtended
  | CountdownExtendedEvent
  | CountdownStart
  | CountdownStarted
  | CountdownStartedEvent
  | CountdownStop
  | CountdownStopped
  | CountdownStoppedEvent
  | CountdownView
  | CueCall
  | CueCalled
  | CueCalledEvent
  | CueChange
  | CueChanged
  | CueChangedEvent
  | CueDrop
  | CueDropped
  | CueDroppedEvent
  | CueMove
  | CueMoved
  | CueMovedEvent
  | CuePrepare
  | CuePrepared
  | CuePreparedEvent
  | CueSay
  | CueView
  | CueWithdraw
  | CueWithdrawn
  | CueWithdrawnEvent
  | CuesView
  | DrawClaim
  | DrawClaimed
  | DrawClaimedEvent
  | DrawCount
  | DrawCreate
  | DrawCreated
  | DrawCreatedEvent
  | DrawEnter
  | DrawEntered
  | DrawEnteredEvent
  | DrawExcluded
  | DrawExcludedEvent
  | DrawFreeze
  | DrawFrozen
  | DrawFrozenEvent
  | DrawNamed
  | DrawNamedEvent
  | DrawOpen
  | DrawOpened
  | DrawOpenedEvent
  | DrawRedeem
  | DrawRedeemed
  | DrawRedeemedEvent
  | DrawRedraw
  | DrawRedrawn
  | DrawRedrawnEvent
  | DrawRemove
  | DrawRemoved
  | DrawRemovedEvent
  | DrawReveal
  | DrawRevealed
  | DrawRevealedEvent
  | DrawSealed
  | DrawSealedEvent
  | DrawUnclaimed
  | DrawUnclaimedEvent
  | DrawUnredeem
  | DrawUnredeemed
  | DrawUnredeemedEvent
  | DrawView
  | DrawWon
  | DrawWonEvent
  | DrawsMine
  | DrawsView
  | Fault
  | FirstAnnounced
  | FirstAnnouncedEvent
  | FirstClaim
  | FirstClaimed
  | FirstClaimedEvent
  | FirstClose
  | FirstClosed
  | FirstClosedEvent
  | FirstCount
  | FirstCreate
  | FirstCreated
  | FirstCreatedEvent
  | FirstOpen
  | FirstOpened
  | FirstOpenedEvent
  | FirstRedeem
  | FirstRedeemed
  | FirstRedeemedEvent
  | FirstRemove
  | FirstRemoved
  | FirstRemovedEvent
  | FirstTap
  | FirstTapped
  | FirstTappedEvent
  | FirstUnclaimed
  | FirstUnclaimedEvent
  | FirstUnredeem
  | FirstUnredeemed
  | FirstUnredeemedEvent
  | FirstView
  | FirstWinner
  | FirstsMine
  | FirstsView
  | HeldView
  | HistoryAnswer
  | JoinAnswer
  | Left
  | LoggedEvent
  | Message
  | MessageView
  | Mine
  | MineChanged
  | MutedMine
  | MutedView
  | Nack
  | Occupancy
  | OrderView
  | OwnPhoto
  | OwnQuestion
  | PassedView
  | PeopleChanged
  | PeopleList
  | PeopleListed
  | PeopleMine
  | PeopleView
  | Person
  | PersonBan
  | PersonBanned
  | PersonBannedEvent
  | PersonErase
  | PersonErased
  | PersonErasedEvent
  | PersonHere
  | PersonKick
  | PersonKicked
  | PersonKickedEvent
  | PersonMute
  | PersonMuted
  | PersonMutedEvent
  | PersonRole
  | PersonRoleChanged
  | PersonRoleChangedEvent
  | PersonUnban
  | PersonUnbanned
  | PersonUnbannedEvent
  | PersonUnlisted
  | PersonUnlistedEvent
  | PersonUnmute
  | PersonUnmuted
  | PersonUnmutedEvent
  | PersonUnwarn
  | PersonUnwarned
  | PersonUnwarnedEvent
  | PersonWarn
  | PersonWarned
  | PersonWarnedEvent
  | PhotoAdd
  | PhotoApprove
  | PhotoAsk
  | PhotoBinned
  | PhotoBinnedEvent
  | PhotoDelete
  | PhotoDeleted
  | PhotoDeletedEvent
  | PhotoHidden
  | PhotoHiddenEvent
  | PhotoHide
  | PhotoHold
  | PhotoJudged
  | PhotoJudgedEvent
  | PhotoOffered
  | PhotoOfferedEvent
  | PhotoPosted
  | PhotoPostedEvent
  | PhotoRestore
  | PhotoView
  | PhotosMine
  | PhotosView
  | Place
  | PlaceMine
  | PollClose
  | PollClosed
  | PollClosedEvent
  | PollCounted
  | PollCountedEvent
  | PollCreate
  | PollCreated
  | PollCreatedEvent
  | PollEnter
  | PollEntered
  | PollEnteredEvent
  | PollExtend
  | PollExtended
  | PollExtendedEvent
  | PollHidden
  | PollHiddenEvent
  | PollHide
  | PollOpen
  | PollOpened
  | PollOpenedEvent
  | PollPause
  | PollPaused
  | PollPausedEvent
  | PollRedrafted
  | PollRedraftedEvent
  | PollRemove
  | PollRemoved
  | PollRemovedEvent
  | PollReset
  | PollResume
  | PollResumed
  | PollResumedEvent
  | PollReveal
  | PollRevealed
  | PollRevealedEvent
  | PollTally
  | PollView
  | PollVote
  | PollVoted
  | PollVotedEvent
  | PollWithdraw
  | PollWithdrawn
  | PollWithdrawnEvent
  | PollsMine
  | PollsView
  | PositionShape
  | PositionTold
  | PreparedCue
  | PrizeView
  | QuestionAnswer
  | QuestionAnswerView
  | QuestionAnswered
  | QuestionAnsweredEvent
  | QuestionApprove
  | QuestionAsk
  | QuestionAsked
  | QuestionAskedEvent
  | QuestionBinned
  | QuestionBinnedEvent
  | QuestionDropped
  | QuestionDroppedEvent
  | QuestionHidden
  | QuestionHiddenEvent
  | QuestionHide
  | QuestionHold
  | QuestionMerge
  | QuestionMerged
  | QuestionMergedEvent
  | QuestionNoticed
  | QuestionNoticedEvent
  | QuestionPublished
  | QuestionPublishedEvent
  | QuestionQueued
  | QuestionQueuedEvent
  | QuestionReopen
  | QuestionReopened
  | QuestionReopenedEvent
  | QuestionRestore
  | QuestionShow
  | QuestionShown
  | QuestionShownEvent
  | QuestionTaken
  | QuestionTakenEvent
  | QuestionUnmerge
  | QuestionUnmerged
  | QuestionUnmergedEvent
  | QuestionUnshow
  | QuestionUnshown
  | QuestionUnshownEvent
  | QuestionUpvote
  | QuestionUpvoted
  | QuestionUpvotedEvent
  | QuestionView
  | QuestionVotes
  | QuestionWithdraw
  | QuestionWithdrawn
  | QuestionWithdrawnEvent
  | QuestionsMine
  | QuestionsView
  | ReactionCounts
  | ReactionSend
  | ReactionsView
  | Reason
  | RefusedView
  | Request
  | Result
  | RoleTold
  | RoleView
  | RoomCalm
  | RoomCalmed
  | RoomCalmedEvent
  | RoomClear
  | RoomCleared
  | RoomClearedEvent
  | RoomClose
  | RoomClosed
  | RoomClosedEvent
  | RoomConfigure
  | RoomConfigured
  | RoomConfiguredEvent
  | RoomCreate
  | RoomCreated
  | RoomCreatedEvent
  | RoomHistory
  | RoomJoin
  | RoomLeave
  | RoomMute
  | RoomMuted
  | RoomMutedEvent
  | RoomName
  | RoomOpen
  | RoomOpened
  | RoomOpenedEvent
  | RoomPanic
  | RoomPanicked
  | RoomPanickedEvent
  | RoomRehearsalStarted
  | RoomRehearsalStartedEvent
  | RoomRehearse
  | RoomRetired
  | RoomRetiredEvent
  | RoomSettings
  | RoomSettingsGiven
  | RoomUnmute
  | RoomUnmuted
  | RoomUnmutedEvent
  | RoomView
  | ShedTold
  | ShopNamed
  | StageBlank
  | StageBlanked
  | StageBlankedEvent
  | StageChanged
  | StageChangedEvent
  | StageSet
  | StageUnblank
  | StageUnblanked
  | StageUnblankedEvent
  | StageView
  | StreamClear
  | StreamCleared
  | StreamClearedEvent
  | StreamDelay
  | StreamPause
  | StreamPaused
  | StreamPausedEvent
  | StreamReport
  | StreamResume
  | StreamResumed
  | StreamResumedEvent
  | StreamSet
  | StreamStarted
  | StreamStartedEvent
  | StreamView
  | Streamed
  | TicketMine
  | View
  | Volatile
  | WarnedMine
  | WarnedView
  | WordsAdd
  | WordsAdded
  | WordsAddedEvent
  | WordsClear
  | WordsCleared
  | WordsClearedEvent
  | WordsRemove
  | WordsRemoved
  | WordsRemovedEvent
  | WordsView
  | You;
/**
 * Every error code that a client can meet, in acks, connect errors and HTTP answers.
 */
export type Code =
  | "invalid"
  | "unknown_command"
  | "too_large"
  | "unauthorized"
  | "expired"
  | "revoked"
  | "forbidden"
  | "banned"
  | "muted"
  | "words"
  | "picture"
  | "not_found"
  | "not_joined"
  | "closed"
  | "conflict"
  | "id_conflict"
  | "rate_limited"
  | "overloaded"
  | "unavailable"
  | "internal";
export type Command =
  | RoomCreate
  | RoomOpen
  | RoomClose
  | RoomRehearse
  | RoomClear
  | RoomConfigure
  | PersonErase
  | PersonKick
  | PersonBan
  | PersonUnban
  | PersonMute
  | PersonUnmute
  | PersonWarn
  | PersonUnwarn
  | PersonRole
  | ArrivalMark
  | ArrivalUnmark
  | RoomMute
  | RoomUnmute
  | ChatClose
  | ChatOpen
  | RoomPanic
  | RoomCalm
  | WordsAdd
  | WordsRemove
  | WordsClear
  | ChatSend
  | ChatDelete
  | ChatRestore
  | ChatApprove
  | ChatReject
  | ChatHold
  | ChatPin
  | ChatUnpin
  | PollCreate
  | PollEnter
  | PollWithdraw
  | PollOpen
  | PollPause
  | PollResume
  | PollExtend
  | PollHide
  | PollReveal
  | PollVote
  | PollClose
  | PollReset
  | PollRemove
  | QuestionAsk
  | QuestionUpvote
  | QuestionWithdraw
  | QuestionApprove
  | QuestionHold
  | QuestionHide
  | QuestionRestore
  | QuestionShow
  | QuestionUnshow
  | QuestionAnswer
  | QuestionReopen
  | QuestionMerge
  | QuestionUnmerge
  | PhotoAsk
  | PhotoAdd
  | PhotoApprove
  | PhotoHold
  | PhotoHide
  | PhotoRestore
  | PhotoDelete
  | FirstCreate
  | FirstOpen
  | FirstTap
  | FirstClose
  | FirstClaim
  | FirstRedeem
  | FirstUnredeem
  | FirstRemove
  | DrawCreate
  | DrawOpen
  | DrawEnter
  | DrawFreeze
  | DrawReveal
  | DrawRedraw
  | DrawClaim
  | DrawRedeem
  | DrawUnredeem
  | DrawRemove
  | StageSet
  | StageBlank
  | StageUnblank
  | CountdownStart
  | CountdownExtend
  | CountdownStop
  | ReactionSend
  | AnnouncementPost
  | AnnouncementEdit
  | AnnouncementWithdraw
  | CuePrepare
  | CueChange
  | CueMove
  | CueDrop
  | CueCall
  | CueSay
  | CueWithdraw
  | StreamSet
  | StreamPause
  | StreamResume
  | StreamClear;
export type LoggedEvent =
  | RoomCreatedEvent
  | RoomOpenedEvent
  | RoomClosedEvent
  | RoomRehearsalStartedEvent
  | RoomClearedEvent
  | RoomConfiguredEvent
  | PersonErasedEvent
  | RoomRetiredEvent
  | PersonKickedEvent
  | PersonBannedEvent
  | PersonUnbannedEvent
  | PersonMutedEvent
  | PersonUnmutedEvent
  | PersonWarnedEvent
  | PersonUnwarnedEvent
  | PersonRoleChangedEvent
  | PersonUnlistedEvent
  | ArrivalMarkedEvent
  | ArrivalUnmarkedEvent
  | RoomMutedEvent
  | RoomUnmutedEvent
  | ChatClosedEvent
  | ChatOpenedEvent
  | RoomPanickedEvent
  | RoomCalmedEvent
  | WordsAddedEvent
  | WordsRemovedEvent
  | WordsClearedEvent
  | ChatSentEvent
  | ChatHeldEvent
  | ChatSettledEvent
  | ChatApprovedEvent
  | ChatRejectedEvent
  | ChatDeletedEvent
  | ChatBinnedEvent
  | ChatUnbinnedEvent
  | ChatRestoredEvent
  | ChatPinnedEvent
  | ChatUnpinnedEvent
  | PollCreatedEvent
  | PollEnteredEvent
  | PollWithdrawnEvent
  | PollOpenedEvent
  | PollPausedEvent
  | PollResumedEvent
  | PollExtendedEvent
  | PollHiddenEvent
  | PollRevealedEvent
  | PollVotedEvent
  | PollClosedEvent
  | PollCountedEvent
  | PollRedraftedEvent
  | PollRemovedEvent
  | QuestionAskedEvent
  | QuestionQueuedEvent
  | QuestionPublishedEvent
  | QuestionBinnedEvent
  | QuestionTakenEvent
  | QuestionHiddenEvent
  | QuestionWithdrawnEvent
  | QuestionDroppedEvent
  | QuestionShownEvent
  | QuestionUnshownEvent
  | QuestionAnsweredEvent
  | QuestionReopenedEvent
  | QuestionMergedEvent
  | QuestionUnmergedEvent
  | QuestionUpvotedEvent
  | QuestionNoticedEvent
  | PhotoOfferedEvent
  | PhotoPostedEvent
  | PhotoBinnedEvent
  | PhotoHiddenEvent
  | PhotoJudgedEvent
  | PhotoDeletedEvent
  | FirstCreatedEvent
  | FirstAnnouncedEvent
  | FirstOpenedEvent
  | FirstTappedEvent
  | FirstClosedEvent
  | FirstClaimedEvent
  | FirstUnclaimedEvent
  | FirstRedeemedEvent
  | FirstUnredeemedEvent
  | FirstRemovedEvent
  | DrawCreatedEvent
  | DrawOpenedEvent
  | DrawEnteredEvent
  | DrawExcludedEvent
  | DrawSealedEvent
  | DrawFrozenEvent
  | DrawWonEvent
  | DrawNamedEvent
  | DrawRevealedEvent
  | DrawRedrawnEvent
  | DrawClaimedEvent
  | DrawUnclaimedEvent
  | DrawRedeemedEvent
  | DrawUnredeemedEvent
  | DrawRemovedEvent
  | StageChangedEvent
  | StageBlankedEvent
  | StageUnblankedEvent
  | CountdownStartedEvent
  | CountdownExtendedEvent
  | CountdownStoppedEvent
  | AnnouncementPostedEvent
  | AnnouncementEditedEvent
  | AnnouncementWithdrawnEvent
  | CuePreparedEvent
  | CueChangedEvent
  | CueMovedEvent
  | CueDroppedEvent
  | CueCalledEvent
  | CueWithdrawnEvent
  | StreamStartedEvent
  | StreamPausedEvent
  | StreamResumedEvent
  | StreamClearedEvent;
export type Reason = "first" | "epoch" | "future" | "trimmed" | "limit" | "expired" | "audience" | "role";
/**
 * A message on the wire; its type is the Socket.IO event name.
 */
export type Message = Command | Request | LoggedEvent | Volatile;
export type Request = RoomJoin | RoomLeave | RoomHistory | PeopleList | StreamReport;
export type Volatile =
  | Occupancy
  | PeopleChanged
  | ShedTold
  | ReactionCounts
  | MineChanged
  | PositionTold
  | RoleTold
  | ConnectionClosed
  | StreamDelay
  | PollTally
  | QuestionVotes
  | FirstCount
  | DrawCount;

/**
 * The answer to a command once it is stored: the place of its last event.
 */
export interface Ack {
  ok: true;
  position: PositionShape;
}
/**
 * A place in a room's log.
 */
export interface PositionShape {
  epoch: string;
  seq: number;
}
/**
 * Put it otherwise: text and link are from now on what is given here.
 */
export interface AnnouncementEdit {
  type: "announcement.edit";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  announcement: string;
  text: string;
  link?: string | null;
}
/**
 * A person that a bot speaks for.
 */
export interface Person {
  id: string;
  name: string;
  via: string;
}
/**
 * It is put otherwise; whole, for whoever wrote it before may be forgotten.
 */
export interface AnnouncementEdited {
  announcement: string;
  text: string;
  link: string | null;
  posted_at: number;
}
/**
 * It is put otherwise; whole, for whoever wrote it before may be forgotten.
 */
export interface AnnouncementEditedEvent {
  type: "announcement.edited";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: AnnouncementEdited | null;
}
/**
 * Who did it; ``guest``, ``via`` (the network they write from) and ``shop`` (of those that take part, the one in
 * which they are) only where they say something.
 */
export interface Author {
  id: string;
  name: string;
  role: "host" | "moderator" | "attendee" | "wall" | "bot";
  guest?: boolean;
  via?: string;
  shop?: string;
}
/**
 * Tell everyone something, in place of what was announced before.
 */
export interface AnnouncementPost {
  type: "announcement.post";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  text: string;
  link?: string | null;
}
/**
 * Everyone is told this; ``by`` says who wrote it.
 */
export interface AnnouncementPosted {
  announcement: string;
  text: string;
  link: string | null;
}
/**
 * Everyone is told this; ``by`` says who wrote it.
 */
export interface AnnouncementPostedEvent {
  type: "announcement.posted";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: AnnouncementPosted | null;
}
/**
 * What is announced; ``edited`` since it was posted at ``at``.
 */
export interface AnnouncementView {
  announcement: string;
  text: string;
  link: string | null;
  at: number;
  edited: boolean;
}
/**
 * Announce it no more.
 */
export interface AnnouncementWithdraw {
  type: "announcement.withdraw";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  announcement: string;
}
/**
 * Nothing is announced any more.
 */
export interface AnnouncementWithdrawn {
  announcement: string;
}
/**
 * Nothing is announced any more.
 */
export interface AnnouncementWithdrawnEvent {
  type: "announcement.withdrawn";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: AnnouncementWithdrawn | null;
}
/**
 * What is announced now, if anything.
 */
export interface AnnouncementsView {
  current: AnnouncementView | null;
}
/**
 * Check an attendee in; ``name`` is what they are called in the hosts' list. Again changes nothing.
 */
export interface ArrivalMark {
  type: "arrival.mark";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  user: string;
  name: string;
  guest?: boolean;
}
/**
 * Somebody has come, for hosts: ``by`` is that person. ``Room.mine`` tells the person.
 */
export interface ArrivalMarked {}
/**
 * Somebody has come, for hosts: ``by`` is that person. ``Room.mine`` tells the person.
 */
export interface ArrivalMarkedEvent {
  type: "arrival.marked";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: ArrivalMarked | null;
}
/**
 * Take a check-in back.
 */
export interface ArrivalUnmark {
  type: "arrival.unmark";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  user: string;
}
/**
 * It was a mistake, for hosts: ``by`` is whom it was about. ``Room.mine`` tells the person.
 */
export interface ArrivalUnmarked {}
/**
 * It was a mistake, for hosts: ``by`` is whom it was about. ``Room.mine`` tells the person.
 */
export interface ArrivalUnmarkedEvent {
  type: "arrival.unmarked";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: ArrivalUnmarked | null;
}
/**
 * Since when one is checked in.
 */
export interface ArrivalsMine {
  at: number;
}
/**
 * For hosts only: who is checked in, the latest last.
 */
export interface ArrivalsView {
  people?: ArrivedView[];
}
/**
 * Who is checked in, since when; the name is empty once the person was erased.
 */
export interface ArrivedView {
  user: string;
  name: string;
  guest: boolean;
  at: number;
}
/**
 * Who is banned, since when and by whom; ``by`` is null where that is forgotten.
 */
export interface BannedView {
  user: string;
  name: string;
  at: number;
  by: Author | null;
}
/**
 * Let a message through that waits: everyone sees it from now on.
 */
export interface ChatApprove {
  type: "chat.approve";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  message: string;
}
/**
 * Staff let the message through; ``by`` says who.
 */
export interface ChatApproved {
  message: string;
}
/**
 * Staff let the message through; ``by`` says who.
 */
export interface ChatApprovedEvent {
  type: "chat.approved";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: ChatApproved | null;
}
/**
 * What staff deleted lies in the hosts' bin; ``by`` is its author. ``sent_seq`` 0: nobody else ever saw it.
 */
export interface ChatBinned {
  message: string;
  text: string;
  sent_seq: number;
  sent_at: number;
}
/**
 * What staff deleted lies in the hosts' bin; ``by`` is its author. ``sent_seq`` 0: nobody else ever saw it.
 */
export interface ChatBinnedEvent {
  type: "chat.binned";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: ChatBinned | null;
}
/**
 * Let nobody but staff write in the chat; all else goes on.
 */
export interface ChatClose {
  type: "chat.close";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
}
/**
 * Nobody but staff may write in the chat.
 */
export interface ChatClosed {}
/**
 * Nobody but staff may write in the chat.
 */
export interface ChatClosedEvent {
  type: "chat.closed";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: ChatClosed | null;
}
/**
 * Delete a message: staff any of the latest, anybody their own. Only what staff deleted can be restored.
 */
export interface ChatDelete {
  type: "chat.delete";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  message: string;
}
/**
 * The message is gone, also from the history; ``by`` says who deleted it.
 */
export interface ChatDeleted {
  message: string;
}
/**
 * The message is gone, also from the history; ``by`` says who deleted it.
 */
export interface ChatDeletedEvent {
  type: "chat.deleted";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: ChatDeleted | null;
}
/**
 * A message waits for staff; ``by`` is its author, who alone is told of it beside the hosts.
 */
export interface ChatHeld {
  message: string;
  text: string;
}
/**
 * A message waits for staff; ``by`` is its author, who alone is told of it beside the hosts.
 */
export interface ChatHeldEvent {
  type: "chat.held";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: ChatHeld | null;
}
/**
 * Let a message wait (again): one that was let through, or one in the bin.
 */
export interface ChatHold {
  type: "chat.hold";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  message: string;
}
/**
 * One's own messages that wait for staff, and the latest that staff refused or deleted; oldest first.
 */
export interface ChatMine {
  held: HeldView[];
  refused: RefusedView[];
}
/**
 * A message of one's own that waits; ``seq`` is that of the event that holds it.
 */
export interface HeldView {
  message: string;
  seq: number;
  at: number;
  text: string;
}
/**
 * A message of one's own that staff put into the bin; ``seen`` says whether others had seen it before.
 */
export interface RefusedView {
  message: string;
  at: number;
  text: string;
  seen: boolean;
}
/**
 * Let people chat again.
 */
export interface ChatOpen {
  type: "chat.open";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
}
/**
 * People may chat.
 */
export interface ChatOpened {}
/**
 * People may chat.
 */
export interface ChatOpenedEvent {
  type: "chat.opened";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: ChatOpened | null;
}
/**
 * Show this message on top, instead of the one before.
 */
export interface ChatPin {
  type: "chat.pin";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  message: string;
}
/**
 * The message stands on top.
 */
export interface ChatPinned {
  message: string;
}
/**
 * The message stands on top.
 */
export interface ChatPinnedEvent {
  type: "chat.pinned";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: ChatPinned | null;
}
/**
 * Put a message that waits into the bin.
 */
export interface ChatReject {
  type: "chat.reject";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  message: string;
}
/**
 * Staff put the message into the bin instead of letting it through; ``by`` says who.
 */
export interface ChatRejected {
  message: string;
}
/**
 * Staff put the message into the bin instead of letting it through; ``by`` says who.
 */
export interface ChatRejectedEvent {
  type: "chat.rejected";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: ChatRejected | null;
}
/**
 * Bring back what staff deleted.
 */
export interface ChatRestore {
  type: "chat.restore";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  message: string;
}
/**
 * A message is back in its place, whole; ``by`` is its author.
 */
export interface ChatRestored {
  message: string;
  text: string;
  sent_seq: number;
  sent_at: number;
}
/**
 * A message is back in its place, whole; ``by`` is its author.
 */
export interface ChatRestoredEvent {
  type: "chat.restored";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: ChatRestored | null;
}
/**
 * Say something to the room.
 */
export interface ChatSend {
  type: "chat.send";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  text: string;
}
/**
 * A message; ``by`` is its author.
 */
export interface ChatSent {
  message: string;
  text: string;
}
/**
 * A message; ``by`` is its author.
 */
export interface ChatSentEvent {
  type: "chat.sent";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: ChatSent | null;
}
/**
 * A message waits no longer; ``by`` is its author.
 */
export interface ChatSettled {
  message: string;
}
/**
 * A message waits no longer; ``by`` is its author.
 */
export interface ChatSettledEvent {
  type: "chat.settled";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: ChatSettled | null;
}
/**
 * The bin holds it no more; ``by`` says who restored it.
 */
export interface ChatUnbinned {
  message: string;
}
/**
 * The bin holds it no more; ``by`` says who restored it.
 */
export interface ChatUnbinnedEvent {
  type: "chat.unbinned";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: ChatUnbinned | null;
}
/**
 * Show no message on top.
 */
export interface ChatUnpin {
  type: "chat.unpin";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
}
/**
 * No message stands on top.
 */
export interface ChatUnpinned {}
/**
 * No message stands on top.
 */
export interface ChatUnpinnedEvent {
  type: "chat.unpinned";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: ChatUnpinned | null;
}
/**
 * The latest messages, oldest first; ``bin`` and ``held``, the messages that wait, for hosts only.
 */
export interface ChatView {
  messages: MessageView[];
  pinned: MessageView | null;
  bin?: MessageView[];
  held?: MessageView[];
}
/**
 * A message as it is shown; ``seq`` and ``at`` are those of its first sending.
 */
export interface MessageView {
  message: string;
  seq: number;
  at: number;
  by: Author;
  text: string;
}
/**
 * Make the room; it can be open at once.
 */
export interface RoomCreate {
  type: "room.create";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  title: string;
  settings?: RoomSettingsGiven | null;
  status?: "open" | "closed";
  shop?: string | null;
}
/**
 * The settings of a room. In ``room.configure`` those that are given change, the others stay.
 */
export interface RoomSettingsGiven {
  /**
   * Characters of a message.
   */
  text_length?: number;
  /**
   * Time between two messages of one person; staff is exempt.
   */
  slow_mode_ms?: number;
  /**
   * Messages a second in the room; the least urgent are shed first.
   */
  room_rate?: number;
  /**
   * Messages a second from one person.
   */
  person_rate?: number;
  /**
   * Messages one person may send at once.
   */
  person_burst?: number;
  /**
   * After how many days the room's records go; 0 for never.
   */
  retention_days?: number;
  /**
   * Attendees' questions wait for a host before others see them.
   */
  approve_questions?: boolean;
  /**
   * How long ago a client may have left and recover.
   */
  recovery_window_ms?: number;
  /**
   * Events kept at hand for those who come back.
   */
  recovery_events?: number;
  /**
   * Whether attendees may add photos.
   */
  photos_open?: boolean;
  /**
   * Whether photos of attendees wait until staff approves them.
   */
  photos_approved?: boolean;
  /**
   * Whether people may send reactions.
   */
  reactions_open?: boolean;
  /**
   * Messages wait until staff lets them through.
   */
  approve_chat?: boolean;
  /**
   * The small list of words that comes with the software is filtered too.
   */
  filter_common?: boolean;
  /**
   * Where it can, what holds a filtered word waits for staff.
   */
  filter_holds?: boolean;
  /**
   * The room's languages, the first one first.
   *
   * @minItems 1
   * @maxItems 10
   */
  languages?: string[];
  /**
   * The shops that take part; people say in which they are, and votes are counted for each too.
   *
   * @maxItems 30
   */
  shops?: ShopNamed[];
}
/**
 * A shop that takes part in a room; ``id`` stands in addresses and with what people do.
 */
export interface ShopNamed {
  id: string;
  name: string;
}
/**
 * Let attendees take part (again).
 */
export interface RoomOpen {
  type: "room.open";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
}
/**
 * End taking part; reading goes on. What runs ends with it: open polls are closed, and stay so.
 */
export interface RoomClose {
  type: "room.close";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
}
/**
 * Rehearse from now on: everything works, and all that people do goes again with ``room.clear``.
 *
 * Only before the show, while nobody has said or done anything here.
 */
export interface RoomRehearse {
  type: "room.rehearse";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
}
/**
 * End the rehearsal: what was said, asked, sent, cast and won in it is gone; what was prepared is a draft again.
 *
 * Settings stay, and the run-sheet, the words that are filtered, roles, and what was decided on people.
 */
export interface RoomClear {
  type: "room.clear";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
}
/**
 * Change the title, or the settings that are given.
 */
export interface RoomConfigure {
  type: "room.configure";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  title?: string | null;
  settings?: RoomSettingsGiven | null;
}
/**
 * Erase what a person wrote in this room; their ballots stay under a pseudonym.
 */
export interface PersonErase {
  type: "person.erase";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  user: string;
}
/**
 * Put somebody out; they may come in again.
 */
export interface PersonKick {
  type: "person.kick";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  user: string;
  name?: string | null;
}
/**
 * Put somebody out for good, until it is lifted.
 */
export interface PersonBan {
  type: "person.ban";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  user: string;
  name?: string | null;
}
/**
 * Let somebody in again.
 */
export interface PersonUnban {
  type: "person.unban";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  user: string;
  name?: string | null;
}
/**
 * Let somebody read and vote but not write, for ``for_ms`` or until it is undone; staff writes all the same.
 */
export interface PersonMute {
  type: "person.mute";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  user: string;
  name?: string | null;
  for_ms?: number | null;
}
/**
 * Let somebody write again.
 */
export interface PersonUnmute {
  type: "person.unmute";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  user: string;
  name?: string | null;
}
/**
 * Tell somebody alone that they should mind how they behave; again tells them again.
 */
export interface PersonWarn {
  type: "person.warn";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  user: string;
  name?: string | null;
}
/**
 * Take a warning back.
 */
export interface PersonUnwarn {
  type: "person.unwarn";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  user: string;
  name?: string | null;
}
/**
 * Give somebody another role than they came with; ``attendee`` takes it back.
 */
export interface PersonRole {
  type: "person.role";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  user: string;
  name?: string | null;
  role: "host" | "moderator" | "attendee";
}
/**
 * Let nobody but staff write or react; votes go on.
 */
export interface RoomMute {
  type: "room.mute";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
}
/**
 * Let people write again.
 */
export interface RoomUnmute {
  type: "room.unmute";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
}
/**
 * Quiet the room at once: the wall is blank, and nobody but staff writes.
 */
export interface RoomPanic {
  type: "room.panic";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
}
/**
 * End the panic: all is again as it was set, before it or since.
 */
export interface RoomCalm {
  type: "room.calm";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
}
/**
 * Filter these words too; those that are on the list already are passed over.
 *
 * A word of an alphabet is found as a word; ``*word*`` also inside longer ones, ``word*`` where one begins with it.
 */
export interface WordsAdd {
  type: "words.add";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  /**
   * @minItems 1
   * @maxItems 1000
   */
  words: string[];
}
/**
 * Filter these words no longer; those that are not on the list are passed over.
 */
export interface WordsRemove {
  type: "words.remove";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  /**
   * @minItems 1
   * @maxItems 1000
   */
  words: string[];
}
/**
 * Empty the list.
 */
export interface WordsClear {
  type: "words.clear";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
}
/**
 * Draft a poll. A rating has no options of its own; ``max_choices`` is for multi, else 1.
 *
 * ``photos`` gives each option its photo, or null. One option that is a photo is enough: others may follow.
 */
export interface PollCreate {
  type: "poll.create";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  question: string;
  kind: "single" | "multi" | "rating";
  /**
   * @maxItems 20
   */
  options?: string[];
  /**
   * @maxItems 20
   */
  photos?: (string | null)[];
  max_choices?: number | null;
  hidden?: boolean;
  who?: "everyone" | "bound" | "signed_up";
  duration_ms?: number | null;
}
/**
 * Give a draft one option more, which is a photo that everyone sees; one for each author.
 */
export interface PollEnter {
  type: "poll.enter";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  poll: string;
  photo: string;
  option: string;
}
/**
 * Take the option away from a draft that is this photo.
 */
export interface PollWithdraw {
  type: "poll.withdraw";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  poll: string;
  photo: string;
}
/**
 * Let people vote, for ``duration_ms`` or the draft's, or until somebody closes it.
 */
export interface PollOpen {
  type: "poll.open";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  poll: string;
  duration_ms?: number | null;
}
/**
 * Stop the clock; ballots still count.
 */
export interface PollPause {
  type: "poll.pause";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  poll: string;
}
/**
 * Let the clock run on.
 */
export interface PollResume {
  type: "poll.resume";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  poll: string;
}
/**
 * Give it more time.
 */
export interface PollExtend {
  type: "poll.extend";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  poll: string;
  by_ms?: number;
}
/**
 * Show the result to hosts only; not once it is closed and was shown.
 */
export interface PollHide {
  type: "poll.hide";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  poll: string;
}
/**
 * Show the result to everyone.
 */
export interface PollReveal {
  type: "poll.reveal";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  poll: string;
}
/**
 * Cast one's ballot, or change it. The same again changes nothing.
 */
export interface PollVote {
  type: "poll.vote";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  poll: string;
  /**
   * @minItems 1
   * @maxItems 20
   */
  choices: number[];
}
/**
 * End voting: every ballot acknowledged before counts, every later one is refused.
 */
export interface PollClose {
  type: "poll.close";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  poll: string;
}
/**
 * Make it a draft again: its ballots are void, and everybody may vote anew once it opens.
 */
export interface PollReset {
  type: "poll.reset";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  poll: string;
}
/**
 * Take the poll away, with its ballots.
 */
export interface PollRemove {
  type: "poll.remove";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  poll: string;
}
/**
 * Ask something. Where the room approves first, an attendee's question waits for a host.
 */
export interface QuestionAsk {
  type: "question.ask";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  text: string;
}
/**
 * Want to hear the answer too, or with ``up`` false no more. Nobody does so for their own.
 */
export interface QuestionUpvote {
  type: "question.upvote";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  question: string;
  up?: boolean;
}
/**
 * Take back one's own question.
 */
export interface QuestionWithdraw {
  type: "question.withdraw";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  question: string;
}
/**
 * Let everyone see what waits.
 */
export interface QuestionApprove {
  type: "question.approve";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  question: string;
}
/**
 * Let it wait (again), as if it had not been approved.
 */
export interface QuestionHold {
  type: "question.hold";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  question: string;
}
/**
 * Show it to nobody; what is merged into it goes with it.
 */
export interface QuestionHide {
  type: "question.hide";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  question: string;
}
/**
 * Bring back what was hidden, to where it was.
 */
export interface QuestionRestore {
  type: "question.restore";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  question: string;
}
/**
 * Put it on the screen, instead of the one before.
 */
export interface QuestionShow {
  type: "question.show";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  question: string;
}
/**
 * Have no question on the screen.
 */
export interface QuestionUnshow {
  type: "question.unshow";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
}
/**
 * Say what the answer is; without ``answer`` it was answered live, just now. It leaves the screen.
 */
export interface QuestionAnswer {
  type: "question.answer";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  question: string;
  answer?: string | null;
}
/**
 * It has no answer yet after all.
 */
export interface QuestionReopen {
  type: "question.reopen";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  question: string;
}
/**
 * It asks the same as ``into``, which gets its votes: one a person.
 */
export interface QuestionMerge {
  type: "question.merge";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  question: string;
  into: string;
}
/**
 * It stands alone again, with its own votes.
 */
export interface QuestionUnmerge {
  type: "question.unmerge";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  question: string;
}
/**
 * Ask whether a photo with this caption may be added; given by the server alone, before it opens a file.
 */
export interface PhotoAsk {
  type: "photo.ask";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  caption?: string | null;
}
/**
 * Add a photo; given by the server alone, once an upload is whole and decoded.
 */
export interface PhotoAdd {
  type: "photo.add";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  photo: string;
  width: number;
  height: number;
  color: string;
  caption?: string | null;
}
/**
 * Show a photo that waits for it, or that was hidden.
 */
export interface PhotoApprove {
  type: "photo.approve";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  photo: string;
}
/**
 * Have a photo that is shown wait again.
 */
export interface PhotoHold {
  type: "photo.hold";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  photo: string;
}
/**
 * Take a photo away, so that it can be brought back.
 */
export interface PhotoHide {
  type: "photo.hide";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  photo: string;
}
/**
 * Bring a hidden photo back to where it was: shown, or waiting.
 */
export interface PhotoRestore {
  type: "photo.restore";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  photo: string;
}
/**
 * Delete a photo and its files: staff any, anybody their own.
 */
export interface PhotoDelete {
  type: "photo.delete";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  photo: string;
}
/**
 * Prepare one: so many places for those who tap first.
 */
export interface FirstCreate {
  type: "first.create";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  title: string;
  places: number;
}
/**
 * Let people tap: at once, or after a countdown that all see.
 */
export interface FirstOpen {
  type: "first.open";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  first: string;
  delay_ms?: number | null;
}
/**
 * Take a place, if one is left. The same person's next tap changes nothing.
 */
export interface FirstTap {
  type: "first.tap";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  first: string;
}
/**
 * End it: every tap acknowledged before counts, every later one is refused.
 */
export interface FirstClose {
  type: "first.close";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  first: string;
}
/**
 * Say, as somebody who has a place, how to be reached, or with null take that back. Only hosts are told.
 */
export interface FirstClaim {
  type: "first.claim";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  first: string;
  contact: string | null;
}
/**
 * The gift of this place was handed over.
 */
export interface FirstRedeem {
  type: "first.redeem";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  first: string;
  place: number;
}
/**
 * It was not, after all.
 */
export interface FirstUnredeem {
  type: "first.unredeem";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  first: string;
  place: number;
}
/**
 * Take it away, with who has its places.
 */
export interface FirstRemove {
  type: "first.remove";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  first: string;
}
/**
 * Prepare a draw: of those who are present while it is open, or of who took part in ``of``, such as a poll.
 */
export interface DrawCreate {
  type: "draw.create";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  title: string;
  winners: number;
  of?: string | null;
}
/**
 * Let those who are present enter.
 */
export interface DrawOpen {
  type: "draw.open";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  draw: string;
}
/**
 * Take part; pages do it for those who are present. Again changes nothing.
 */
export interface DrawEnter {
  type: "draw.enter";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  draw: string;
}
/**
 * Let nobody in any more, and publish the commitment.
 */
export interface DrawFreeze {
  type: "draw.freeze";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  draw: string;
}
/**
 * Reveal the seed, and with it the winners.
 */
export interface DrawReveal {
  type: "draw.reveal";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  draw: string;
}
/**
 * Pass over an absent winner: the next in order takes the place.
 */
export interface DrawRedraw {
  type: "draw.redraw";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  draw: string;
  place: number;
}
/**
 * Say, as a winner, how to be reached, or with null take that back. Only hosts are told.
 */
export interface DrawClaim {
  type: "draw.claim";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  draw: string;
  contact: string | null;
}
/**
 * The prize of this place was handed over.
 */
export interface DrawRedeem {
  type: "draw.redeem";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  draw: string;
  place: number;
}
/**
 * It was not, after all.
 */
export interface DrawUnredeem {
  type: "draw.unredeem";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  draw: string;
  place: number;
}
/**
 * Take the draw away, with its entrants and winners.
 */
export interface DrawRemove {
  type: "draw.remove";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  draw: string;
}
/**
 * Set the wall's scene: one that stays, or ``auto``. Without a subject it shows its latest thing.
 *
 * A wall that was blank shows again, unless ``blank`` keeps it so.
 */
export interface StageSet {
  type: "stage.set";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  scene: "auto" | "cover" | "chat" | "question" | "poll" | "photos" | "winner" | "countdown";
  subject?: string | null;
  blank?: boolean;
}
/**
 * Show nothing on the wall; what was set is kept.
 */
export interface StageBlank {
  type: "stage.blank";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
}
/**
 * Show again what was set.
 */
export interface StageUnblank {
  type: "stage.unblank";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
}
/**
 * Count down on the wall, from now; one that runs begins anew.
 */
export interface CountdownStart {
  type: "countdown.start";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  duration_ms: number;
  text?: string | null;
}
/**
 * Give it more time; the scene stays.
 */
export interface CountdownExtend {
  type: "countdown.extend";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  by_ms: number;
}
/**
 * End it before its time.
 */
export interface CountdownStop {
  type: "countdown.stop";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
}
/**
 * React, as many times as the person tapped since they last sent. The answer's position is where the room stands:
 * nothing of it is stored. The least urgent of all: a busy room sheds these first.
 */
export interface ReactionSend {
  type: "reaction.send";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  kind: "heart" | "clap" | "brick" | "laugh" | "wow";
  times?: number;
}
/**
 * Put a call at the end of the run-sheet.
 */
export interface CuePrepare {
  type: "cue.prepare";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  text: string;
  does?: "none" | "chat" | "photo" | "question" | "vote" | "first";
}
/**
 * Put a prepared one otherwise; where it is on now, what people see stays.
 */
export interface CueChange {
  type: "cue.change";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  cue: string;
  text: string;
  does?: "none" | "chat" | "photo" | "question" | "vote" | "first";
}
/**
 * Give it another place in the run-sheet, counted from 0; beyond the end is the end.
 */
export interface CueMove {
  type: "cue.move";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  cue: string;
  place: number;
}
/**
 * Take it out of the run-sheet.
 */
export interface CueDrop {
  type: "cue.drop";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  cue: string;
}
/**
 * Call a prepared one, in place of what is on. It may be called again later.
 */
export interface CueCall {
  type: "cue.call";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  cue: string;
}
/**
 * Call something that was not prepared.
 */
export interface CueSay {
  type: "cue.say";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  text: string;
  does?: "none" | "chat" | "photo" | "question" | "vote" | "first";
}
/**
 * End the call that is on.
 */
export interface CueWithdraw {
  type: "cue.withdraw";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  cue: string;
}
/**
 * Show the stream at this HLS address from now on, in place of another. Every member learns the address.
 */
export interface StreamSet {
  type: "stream.set";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
  address: string;
  title?: string | null;
}
/**
 * Show for a while that the stream is not on.
 */
export interface StreamPause {
  type: "stream.pause";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
}
/**
 * Show it again.
 */
export interface StreamResume {
  type: "stream.resume";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
}
/**
 * Show no stream any more.
 */
export interface StreamClear {
  type: "stream.clear";
  id: string;
  room: string;
  /**
   * Only for the role bot.
   */
  on_behalf_of?: Person | null;
}
/**
 * Why this connection ends now: `kicked`, `banned`, `expired`. Or, after a CONNECT, why this person's last one was
 * closed, where it could not be told then.
 */
export interface ConnectionClosed {
  type: "connection.closed";
  reason: string;
  message: string;
}
/**
 * Ballots by choice, in the order of the options (a rating: 1 to 5), and how many people cast one.
 */
export interface Count {
  counts: number[];
  voters: number;
}
/**
 * It has more time; ``duration_ms`` from its start.
 */
export interface CountdownExtended {
  duration_ms: number;
  ends_at: number;
}
/**
 * It has more time; ``duration_ms`` from its start.
 */
export interface CountdownExtendedEvent {
  type: "countdown.extended";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: CountdownExtended | null;
}
/**
 * The wall counts down to ``ends_at``.
 */
export interface CountdownStarted {
  text: string | null;
  duration_ms: number;
  ends_at: number;
}
/**
 * The wall counts down to ``ends_at``.
 */
export interface CountdownStartedEvent {
  type: "countdown.started";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: CountdownStarted | null;
}
/**
 * It leaves the wall: a host stopped it, or it ended a moment ago. The scene is that from before it.
 */
export interface CountdownStopped {
  scene: "auto" | "cover" | "chat" | "question" | "poll" | "photos" | "winner" | "countdown";
  subject: string | null;
}
/**
 * It leaves the wall: a host stopped it, or it ended a moment ago. The scene is that from before it.
 */
export interface CountdownStoppedEvent {
  type: "countdown.stopped";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: CountdownStopped | null;
}
/**
 * A countdown on its way to ``ends_at``, and shortly after it.
 */
export interface CountdownView {
  text: string | null;
  duration_ms: number;
  ends_at: number;
}
/**
 * Everyone is called to do this; whole, because they hear of it for the first time.
 */
export interface CueCalled {
  cue: string;
  text: string;
  does: "none" | "chat" | "photo" | "question" | "vote" | "first";
}
/**
 * Everyone is called to do this; whole, because they hear of it for the first time.
 */
export interface CueCalledEvent {
  type: "cue.called";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: CueCalled | null;
}
/**
 * It is put otherwise, for hosts.
 */
export interface CueChanged {
  cue: string;
  text: string;
  does: "none" | "chat" | "photo" | "question" | "vote" | "first";
}
/**
 * It is put otherwise, for hosts.
 */
export interface CueChangedEvent {
  type: "cue.changed";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: CueChanged | null;
}
/**
 * It is out of the run-sheet, for hosts.
 */
export interface CueDropped {
  cue: string;
}
/**
 * It is out of the run-sheet, for hosts.
 */
export interface CueDroppedEvent {
  type: "cue.dropped";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: CueDropped | null;
}
/**
 * It has another place, for hosts.
 */
export interface CueMoved {
  cue: string;
  place: number;
}
/**
 * It has another place, for hosts.
 */
export interface CueMovedEvent {
  type: "cue.moved";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: CueMoved | null;
}
/**
 * It stands at the end of the run-sheet, for hosts.
 */
export interface CuePrepared {
  cue: string;
  text: string;
  does: "none" | "chat" | "photo" | "question" | "vote" | "first";
}
/**
 * It stands at the end of the run-sheet, for hosts.
 */
export interface CuePreparedEvent {
  type: "cue.prepared";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: CuePrepared | null;
}
/**
 * The call that is on since ``at``.
 */
export interface CueView {
  cue: string;
  text: string;
  does: "none" | "chat" | "photo" | "question" | "vote" | "first";
  at: number;
}
/**
 * The call is over.
 */
export interface CueWithdrawn {
  cue: string;
}
/**
 * The call is over.
 */
export interface CueWithdrawnEvent {
  type: "cue.withdrawn";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: CueWithdrawn | null;
}
/**
 * The call that is on, and for hosts the run-sheet in its order.
 */
export interface CuesView {
  on: CueView | null;
  sheet?: PreparedCue[];
}
/**
 * A call in the run-sheet; ``called_at`` is when it was last on, or null.
 */
export interface PreparedCue {
  cue: string;
  text: string;
  does: "none" | "chat" | "photo" | "question" | "vote" | "first";
  called_at: number | null;
}
/**
 * A winner said how to be reached, for hosts.
 */
export interface DrawClaimed {
  draw: string;
  place: number;
  contact: string;
}
/**
 * A winner said how to be reached, for hosts.
 */
export interface DrawClaimedEvent {
  type: "draw.claimed";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: DrawClaimed | null;
}
/**
 * How many are in it so far.
 */
export interface DrawCount {
  type: "draw.count";
  room: string;
  draw: string;
  entrants: number;
}
/**
 * A draft, for hosts.
 */
export interface DrawCreated {
  draw: string;
  title: string;
  winners: number;
  of: string | null;
}
/**
 * A draft, for hosts.
 */
export interface DrawCreatedEvent {
  type: "draw.created";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: DrawCreated | null;
}
/**
 * Somebody is in it, with this ticket; told to nobody. ``Room.mine`` tells the person.
 */
export interface DrawEntered {
  draw: string;
  ticket: string;
}
/**
 * Somebody is in it, with this ticket; told to nobody. ``Room.mine`` tells the person.
 */
export interface DrawEnteredEvent {
  type: "draw.entered";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: DrawEntered | null;
}
/**
 * Somebody who had entered is out when the list is frozen: banned meanwhile, or of the staff; told to nobody.
 */
export interface DrawExcluded {
  draw: string;
}
/**
 * Somebody who had entered is out when the list is frozen: banned meanwhile, or of the staff; told to nobody.
 */
export interface DrawExcludedEvent {
  type: "draw.excluded";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: DrawExcluded | null;
}
/**
 * Nobody comes in any more; the commitment binds seed and entrants. Whole, as draw.opened.
 */
export interface DrawFrozen {
  draw: string;
  title: string;
  winners: number;
  of: string | null;
  entrants: number;
  roll: string;
  commitment: string;
}
/**
 * Nobody comes in any more; the commitment binds seed and entrants. Whole, as draw.opened.
 */
export interface DrawFrozenEvent {
  type: "draw.frozen";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: DrawFrozen | null;
}
/**
 * The masked name of a winner, for everyone.
 */
export interface DrawNamed {
  draw: string;
  place: number;
  ticket: string;
  name: string;
}
/**
 * The masked name of a winner, for everyone.
 */
export interface DrawNamedEvent {
  type: "draw.named";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: DrawNamed | null;
}
/**
 * Those who are present enter; whole, because everyone hears of it for the first time.
 */
export interface DrawOpened {
  draw: string;
  title: string;
  winners: number;
  of: string | null;
}
/**
 * Those who are present enter; whole, because everyone hears of it for the first time.
 */
export interface DrawOpenedEvent {
  type: "draw.opened";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: DrawOpened | null;
}
/**
 * The prize of this place was handed over; ``by`` says by whom.
 */
export interface DrawRedeemed {
  draw: string;
  place: number;
}
/**
 * The prize of this place was handed over; ``by`` says by whom.
 */
export interface DrawRedeemedEvent {
  type: "draw.redeemed";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: DrawRedeemed | null;
}
/**
 * Whoever had won this place was absent: the next ticket in order has it.
 */
export interface DrawRedrawn {
  draw: string;
  place: number;
  before: string;
  ticket: string;
}
/**
 * Whoever had won this place was absent: the next ticket in order has it.
 */
export interface DrawRedrawnEvent {
  type: "draw.redrawn";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: DrawRedrawn | null;
}
/**
 * The draw is gone.
 */
export interface DrawRemoved {
  draw: string;
}
/**
 * The draw is gone.
 */
export interface DrawRemovedEvent {
  type: "draw.removed";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: DrawRemoved | null;
}
/**
 * The seed, and the tickets that have won, by place.
 */
export interface DrawRevealed {
  draw: string;
  seed: string;
  tickets: string[];
}
/**
 * The seed, and the tickets that have won, by place.
 */
export interface DrawRevealedEvent {
  type: "draw.revealed";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: DrawRevealed | null;
}
/**
 * The seed; told to nobody, in no export, until draw.revealed tells it.
 */
export interface DrawSealed {
  draw: string;
  seed: string;
}
/**
 * The seed; told to nobody, in no export, until draw.revealed tells it.
 */
export interface DrawSealedEvent {
  type: "draw.sealed";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: DrawSealed | null;
}
/**
 * The winner's contact is gone.
 */
export interface DrawUnclaimed {
  draw: string;
  place: number;
}
/**
 * The winner's contact is gone.
 */
export interface DrawUnclaimedEvent {
  type: "draw.unclaimed";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: DrawUnclaimed | null;
}
/**
 * The prize of this place was not handed over yet.
 */
export interface DrawUnredeemed {
  draw: string;
  place: number;
}
/**
 * The prize of this place was not handed over yet.
 */
export interface DrawUnredeemedEvent {
  type: "draw.unredeemed";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: DrawUnredeemed | null;
}
/**
 * A draw as it is shown. ``of`` is the thing whose partakers are in it, null for those who are present.
 * ``roll`` and ``commitment`` are there once it is frozen, ``seed`` and ``won`` once it is drawn: see rooms/lot.py.
 */
export interface DrawView {
  draw: string;
  title: string;
  winners: number;
  of: string | null;
  status: "draft" | "open" | "frozen" | "drawn";
  entrants: number;
  roll: string | null;
  commitment: string | null;
  seed: string | null;
  won: PrizeView[];
  passed: PassedView[];
  opened_at: number | null;
  frozen_at: number | null;
  drawn_at: number | null;
}
/**
 * Who won: ``shown`` is the masked name. For hosts: the whole one (empty once erased) and the contact, if given.
 */
export interface PrizeView {
  place: number;
  ticket: string;
  shown: string;
  redeemed: boolean;
  name?: string;
  guest?: boolean;
  contact?: string | null;
}
/**
 * A ticket that had won this place and was passed over, because its holder was not there.
 */
export interface PassedView {
  place: number;
  ticket: string;
}
/**
 * A winner, for hosts: ``by`` is the winner.
 */
export interface DrawWon {
  draw: string;
  place: number;
  ticket: string;
}
/**
 * A winner, for hosts: ``by`` is the winner.
 */
export interface DrawWonEvent {
  type: "draw.won";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: DrawWon | null;
}
/**
 * One's own tickets: draw -> ticket.
 */
export interface DrawsMine {
  tickets: {
    [k: string]: TicketMine;
  };
}
/**
 * One's own ticket, the place that it won, and the contact that one gave.
 */
export interface TicketMine {
  ticket: string;
  place: number | null;
  contact: string | null;
}
/**
 * The draws of a room, oldest first; drafts for hosts only.
 */
export interface DrawsView {
  draws: DrawView[];
}
/**
 * Why not: translate by ``code``; ``message`` is an English sentence; ``retry``: the same may succeed later.
 */
export interface Fault {
  code: Code;
  message: string;
  retry: boolean;
  retry_after_ms?: number;
}
/**
 * It begins at ``opens_at``; whole, because everyone hears of it for the first time.
 */
export interface FirstAnnounced {
  first: string;
  title: string;
  places: number;
  opens_at: number;
}
/**
 * It begins at ``opens_at``; whole, because everyone hears of it for the first time.
 */
export interface FirstAnnouncedEvent {
  type: "first.announced";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: FirstAnnounced | null;
}
/**
 * Somebody who has a place said how to be reached, for hosts.
 */
export interface FirstClaimed {
  first: string;
  place: number;
  contact: string;
}
/**
 * Somebody who has a place said how to be reached, for hosts.
 */
export interface FirstClaimedEvent {
  type: "first.claimed";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: FirstClaimed | null;
}
/**
 * It is over: full, or ended by staff.
 */
export interface FirstClosed {
  first: string;
  reason: "full" | "staff";
  taken: number;
}
/**
 * It is over: full, or ended by staff.
 */
export interface FirstClosedEvent {
  type: "first.closed";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: FirstClosed | null;
}
/**
 * How many places are taken so far.
 */
export interface FirstCount {
  type: "first.count";
  room: string;
  first: string;
  taken: number;
}
/**
 * One is prepared, for hosts.
 */
export interface FirstCreated {
  first: string;
  title: string;
  places: number;
}
/**
 * One is prepared, for hosts.
 */
export interface FirstCreatedEvent {
  type: "first.created";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: FirstCreated | null;
}
/**
 * People may tap.
 */
export interface FirstOpened {
  first: string;
  title: string;
  places: number;
}
/**
 * People may tap.
 */
export interface FirstOpenedEvent {
  type: "first.opened";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: FirstOpened | null;
}
/**
 * The gift of this place was handed over; ``by`` says by whom.
 */
export interface FirstRedeemed {
  first: string;
  place: number;
}
/**
 * The gift of this place was handed over; ``by`` says by whom.
 */
export interface FirstRedeemedEvent {
  type: "first.redeemed";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: FirstRedeemed | null;
}
/**
 * It is gone.
 */
export interface FirstRemoved {
  first: string;
}
/**
 * It is gone.
 */
export interface FirstRemovedEvent {
  type: "first.removed";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: FirstRemoved | null;
}
/**
 * Somebody has a place, for hosts. ``Room.mine`` tells the person.
 */
export interface FirstTapped {
  first: string;
  place: number;
}
/**
 * Somebody has a place, for hosts. ``Room.mine`` tells the person.
 */
export interface FirstTappedEvent {
  type: "first.tapped";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: FirstTapped | null;
}
/**
 * Their contact is gone.
 */
export interface FirstUnclaimed {
  first: string;
  place: number;
}
/**
 * Their contact is gone.
 */
export interface FirstUnclaimedEvent {
  type: "first.unclaimed";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: FirstUnclaimed | null;
}
/**
 * The gift of this place was not handed over yet.
 */
export interface FirstUnredeemed {
  first: string;
  place: number;
}
/**
 * The gift of this place was not handed over yet.
 */
export interface FirstUnredeemedEvent {
  type: "first.unredeemed";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: FirstUnredeemed | null;
}
/**
 * One of them. ``opens_at`` while it counts down; ``redeemed`` are the places whose gift was handed over;
 * ``winners`` for hosts only.
 */
export interface FirstView {
  first: string;
  title: string;
  places: number;
  status: "draft" | "ready" | "open" | "closed";
  opens_at: number | null;
  opened_at: number | null;
  closed_at: number | null;
  reason: ("full" | "staff") | null;
  taken: number;
  redeemed: number[];
  winners?: FirstWinner[];
}
/**
 * Who has which place, for hosts, and the contact, if given; the name is empty once the person was erased.
 */
export interface FirstWinner {
  place: number;
  name: string;
  guest: boolean;
  at: number;
  contact: string | null;
}
/**
 * One's own places: first -> place.
 */
export interface FirstsMine {
  places: {
    [k: string]: PlaceMine;
  };
}
/**
 * The place that one has, from 1, and the contact that one gave.
 */
export interface PlaceMine {
  place: number;
  contact: string | null;
}
/**
 * All of a room, oldest first; drafts for hosts only.
 */
export interface FirstsView {
  firsts: FirstView[];
}
/**
 * A page of older events; `more` if there are older ones still.
 */
export interface HistoryAnswer {
  ok: true;
  events: LoggedEvent[];
  more: boolean;
}
/**
 * The room was made, for a shop or for the house; version 1 knew of no shops.
 */
export interface RoomCreatedEvent {
  type: "room.created";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: RoomCreated | null;
}
/**
 * The room was made, for a shop or for the house; version 1 knew of no shops.
 */
export interface RoomCreated {
  title: string;
  settings: RoomSettings;
  status: "open" | "closed";
  shop?: string | null;
}
/**
 * The settings of a room. In ``room.configure`` those that are given change, the others stay.
 */
export interface RoomSettings {
  /**
   * Characters of a message.
   */
  text_length: number;
  /**
   * Time between two messages of one person; staff is exempt.
   */
  slow_mode_ms: number;
  /**
   * Messages a second in the room; the least urgent are shed first.
   */
  room_rate: number;
  /**
   * Messages a second from one person.
   */
  person_rate: number;
  /**
   * Messages one person may send at once.
   */
  person_burst: number;
  /**
   * After how many days the room's records go; 0 for never.
   */
  retention_days: number;
  /**
   * Attendees' questions wait for a host before others see them.
   */
  approve_questions: boolean;
  /**
   * How long ago a client may have left and recover.
   */
  recovery_window_ms: number;
  /**
   * Events kept at hand for those who come back.
   */
  recovery_events: number;
  /**
   * Whether attendees may add photos.
   */
  photos_open: boolean;
  /**
   * Whether photos of attendees wait until staff approves them.
   */
  photos_approved: boolean;
  /**
   * Whether people may send reactions.
   */
  reactions_open: boolean;
  /**
   * Messages wait until staff lets them through.
   */
  approve_chat: boolean;
  /**
   * The small list of words that comes with the software is filtered too.
   */
  filter_common: boolean;
  /**
   * Where it can, what holds a filtered word waits for staff.
   */
  filter_holds: boolean;
  /**
   * The room's languages, the first one first.
   *
   * @minItems 1
   * @maxItems 10
   */
  languages: string[];
  /**
   * The shops that take part; people say in which they are, and votes are counted for each too.
   *
   * @maxItems 30
   */
  shops: ShopNamed[];
}
/**
 * Attendees may take part.
 */
export interface RoomOpenedEvent {
  type: "room.opened";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: RoomOpened | null;
}
/**
 * Attendees may take part.
 */
export interface RoomOpened {}
/**
 * Attendees may only read.
 */
export interface RoomClosedEvent {
  type: "room.closed";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: RoomClosed | null;
}
/**
 * Attendees may only read.
 */
export interface RoomClosed {}
/**
 * What happens from here on is a rehearsal.
 */
export interface RoomRehearsalStartedEvent {
  type: "room.rehearsal_started";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: RoomRehearsalStarted | null;
}
/**
 * What happens from here on is a rehearsal.
 */
export interface RoomRehearsalStarted {}
/**
 * The rehearsal is over and forgotten: show the room anew from a join without a position.
 *
 * ``names`` says under which ids things that were begun are drafts again.
 */
export interface RoomClearedEvent {
  type: "room.cleared";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: RoomCleared | null;
}
/**
 * The rehearsal is over and forgotten: show the room anew from a join without a position.
 *
 * ``names`` says under which ids things that were begun are drafts again.
 */
export interface RoomCleared {
  names: {
    [k: string]: string;
  };
}
/**
 * Title and settings as they are from now on, whole.
 */
export interface RoomConfiguredEvent {
  type: "room.configured";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: RoomConfigured | null;
}
/**
 * Title and settings as they are from now on, whole.
 */
export interface RoomConfigured {
  title: string;
  settings: RoomSettings;
}
/**
 * A person's words are gone, wherever they stood: show the room anew from a join without a position.
 */
export interface PersonErasedEvent {
  type: "person.erased";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PersonErased | null;
}
/**
 * A person's words are gone, wherever they stood: show the room anew from a join without a position.
 */
export interface PersonErased {
  pseudonym: string;
}
/**
 * What is older than ``before`` is gone: messages by when they were first sent, also on top and in the bin, and
 * polls by when they were closed. ``upto`` is the last record of that age.
 */
export interface RoomRetiredEvent {
  type: "room.retired";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: RoomRetired | null;
}
/**
 * What is older than ``before`` is gone: messages by when they were first sent, also on top and in the bin, and
 * polls by when they were closed. ``upto`` is the last record of that age.
 */
export interface RoomRetired {
  before: number;
  upto: number;
}
/**
 * Somebody was put out; ``by`` says who did it.
 */
export interface PersonKickedEvent {
  type: "person.kicked";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PersonKicked | null;
}
/**
 * Somebody was put out; ``by`` says who did it.
 */
export interface PersonKicked {
  user: string;
  name: string;
}
/**
 * Somebody is out until it is lifted. What a moderator bans does not hold for hosts.
 */
export interface PersonBannedEvent {
  type: "person.banned";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PersonBanned | null;
}
/**
 * Somebody is out until it is lifted. What a moderator bans does not hold for hosts.
 */
export interface PersonBanned {
  user: string;
  name: string;
}
/**
 * Somebody may come in again.
 */
export interface PersonUnbannedEvent {
  type: "person.unbanned";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PersonUnbanned | null;
}
/**
 * Somebody may come in again.
 */
export interface PersonUnbanned {
  user: string;
}
/**
 * Somebody may not write before ``until``, or until it is undone; they are told so.
 */
export interface PersonMutedEvent {
  type: "person.muted";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PersonMuted | null;
}
/**
 * Somebody may not write before ``until``, or until it is undone; they are told so.
 */
export interface PersonMuted {
  user: string;
  name: string;
  until: number | null;
}
/**
 * Somebody may write again; ``by`` is null when their time was over.
 */
export interface PersonUnmutedEvent {
  type: "person.unmuted";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PersonUnmuted | null;
}
/**
 * Somebody may write again; ``by`` is null when their time was over.
 */
export interface PersonUnmuted {
  user: string;
}
/**
 * Somebody was warned; they are told so.
 */
export interface PersonWarnedEvent {
  type: "person.warned";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PersonWarned | null;
}
/**
 * Somebody was warned; they are told so.
 */
export interface PersonWarned {
  user: string;
  name: string;
}
/**
 * A warning was taken back.
 */
export interface PersonUnwarnedEvent {
  type: "person.unwarned";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PersonUnwarned | null;
}
/**
 * A warning was taken back.
 */
export interface PersonUnwarned {
  user: string;
}
/**
 * Somebody has this role from now on, whatever their token says.
 */
export interface PersonRoleChangedEvent {
  type: "person.role_changed";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PersonRoleChanged | null;
}
/**
 * Somebody has this role from now on, whatever their token says.
 */
export interface PersonRoleChanged {
  user: string;
  name: string;
  role: "host" | "moderator" | "attendee" | "wall" | "bot";
}
/**
 * The lists forget somebody who is being erased: what was said of them goes, and what holds for them with it.
 */
export interface PersonUnlistedEvent {
  type: "person.unlisted";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PersonUnlisted | null;
}
/**
 * The lists forget somebody who is being erased: what was said of them goes, and what holds for them with it.
 */
export interface PersonUnlisted {}
/**
 * Nobody but staff may write.
 */
export interface RoomMutedEvent {
  type: "room.muted";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: RoomMuted | null;
}
/**
 * Nobody but staff may write.
 */
export interface RoomMuted {}
/**
 * People may write.
 */
export interface RoomUnmutedEvent {
  type: "room.unmuted";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: RoomUnmuted | null;
}
/**
 * People may write.
 */
export interface RoomUnmuted {}
/**
 * The wall is blank, and nobody but staff may write, until the room is calmed.
 */
export interface RoomPanickedEvent {
  type: "room.panicked";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: RoomPanicked | null;
}
/**
 * The wall is blank, and nobody but staff may write, until the room is calmed.
 */
export interface RoomPanicked {}
/**
 * What was set before holds again.
 */
export interface RoomCalmedEvent {
  type: "room.calmed";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: RoomCalmed | null;
}
/**
 * What was set before holds again.
 */
export interface RoomCalmed {}
/**
 * These are filtered from now on.
 */
export interface WordsAddedEvent {
  type: "words.added";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: WordsAdded | null;
}
/**
 * These are filtered from now on.
 */
export interface WordsAdded {
  words: string[];
}
/**
 * These are filtered no longer.
 */
export interface WordsRemovedEvent {
  type: "words.removed";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: WordsRemoved | null;
}
/**
 * These are filtered no longer.
 */
export interface WordsRemoved {
  words: string[];
}
/**
 * The list is empty.
 */
export interface WordsClearedEvent {
  type: "words.cleared";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: WordsCleared | null;
}
/**
 * The list is empty.
 */
export interface WordsCleared {}
/**
 * A draft, for hosts; version 1 knew of no photos.
 */
export interface PollCreatedEvent {
  type: "poll.created";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PollCreated | null;
}
/**
 * A draft, for hosts; version 1 knew of no photos.
 */
export interface PollCreated {
  poll: string;
  question: string;
  kind: "single" | "multi" | "rating";
  options: string[];
  max_choices: number;
  who: "everyone" | "bound" | "signed_up";
  hidden: boolean;
  duration_ms: number | null;
  photos?: (string | null)[];
}
/**
 * A draft has one option more, which is this photo.
 */
export interface PollEnteredEvent {
  type: "poll.entered";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PollEntered | null;
}
/**
 * A draft has one option more, which is this photo.
 */
export interface PollEntered {
  poll: string;
  option: string;
  photo: string;
}
/**
 * A draft has lost the option that was this photo.
 */
export interface PollWithdrawnEvent {
  type: "poll.withdrawn";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PollWithdrawn | null;
}
/**
 * A draft has lost the option that was this photo.
 */
export interface PollWithdrawn {
  poll: string;
  photo: string;
}
/**
 * People may vote; whole, because everyone hears of it for the first time; version 1 knew of no photos.
 */
export interface PollOpenedEvent {
  type: "poll.opened";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PollOpened | null;
}
/**
 * People may vote; whole, because everyone hears of it for the first time; version 1 knew of no photos.
 */
export interface PollOpened {
  poll: string;
  question: string;
  kind: "single" | "multi" | "rating";
  options: string[];
  max_choices: number;
  who: "everyone" | "bound" | "signed_up";
  hidden: boolean;
  duration_ms: number | null;
  closes_at: number | null;
  photos?: (string | null)[];
}
/**
 * The clock stands.
 */
export interface PollPausedEvent {
  type: "poll.paused";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PollPaused | null;
}
/**
 * The clock stands.
 */
export interface PollPaused {
  poll: string;
  remaining_ms: number;
}
/**
 * The clock runs.
 */
export interface PollResumedEvent {
  type: "poll.resumed";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PollResumed | null;
}
/**
 * The clock runs.
 */
export interface PollResumed {
  poll: string;
  closes_at: number;
}
/**
 * There is more time: until ``closes_at``, or ``remaining_ms`` from the end of the pause.
 */
export interface PollExtendedEvent {
  type: "poll.extended";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PollExtended | null;
}
/**
 * There is more time: until ``closes_at``, or ``remaining_ms`` from the end of the pause.
 */
export interface PollExtended {
  poll: string;
  closes_at: number | null;
  remaining_ms: number | null;
}
/**
 * Only hosts see the result.
 */
export interface PollHiddenEvent {
  type: "poll.hidden";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PollHidden | null;
}
/**
 * Only hosts see the result.
 */
export interface PollHidden {
  poll: string;
}
/**
 * Everyone sees the result, as it is now.
 */
export interface PollRevealedEvent {
  type: "poll.revealed";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PollRevealed | null;
}
/**
 * Everyone sees the result, as it is now.
 */
export interface PollRevealed {
  poll: string;
  result: Result;
}
/**
 * All ballots; ``guests`` says how many of them came from browsers without a known person, ``shops`` how many from
 * which shop. Who is in none of these is in no part of it.
 */
export interface Result {
  counts: number[];
  voters: number;
  guests: Count;
  shops?: {
    [k: string]: Count;
  };
}
/**
 * A ballot; told to nobody. ``Room.mine`` tells its author.
 */
export interface PollVotedEvent {
  type: "poll.voted";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PollVoted | null;
}
/**
 * A ballot; told to nobody. ``Room.mine`` tells its author.
 */
export interface PollVoted {
  poll: string;
  choices: number[];
}
/**
 * Voting has ended; ``result`` is null while it is hidden.
 */
export interface PollClosedEvent {
  type: "poll.closed";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PollClosed | null;
}
/**
 * Voting has ended; ``result`` is null while it is hidden.
 */
export interface PollClosed {
  poll: string;
  reason: "staff" | "timer";
  result: Result | null;
}
/**
 * The hidden result of a poll that has just closed, for hosts.
 */
export interface PollCountedEvent {
  type: "poll.counted";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PollCounted | null;
}
/**
 * The hidden result of a poll that has just closed, for hosts.
 */
export interface PollCounted {
  poll: string;
  result: Result;
}
/**
 * A poll that was open is a draft again, for hosts; whole, and under a new id.
 *
 * The id tells one run from the next: a ballot for ``was`` that comes late counts nowhere.
 */
export interface PollRedraftedEvent {
  type: "poll.redrafted";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PollRedrafted | null;
}
/**
 * A poll that was open is a draft again, for hosts; whole, and under a new id.
 *
 * The id tells one run from the next: a ballot for ``was`` that comes late counts nowhere.
 */
export interface PollRedrafted {
  was: string;
  poll: string;
  question: string;
  kind: "single" | "multi" | "rating";
  options: string[];
  max_choices: number;
  who: "everyone" | "bound" | "signed_up";
  hidden: boolean;
  duration_ms: number | null;
  photos: (string | null)[];
}
/**
 * The poll is gone.
 */
export interface PollRemovedEvent {
  type: "poll.removed";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PollRemoved | null;
}
/**
 * The poll is gone.
 */
export interface PollRemoved {
  poll: string;
}
/**
 * A question that everyone sees; ``by`` asks. ``text`` is empty once it was erased.
 */
export interface QuestionAskedEvent {
  type: "question.asked";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: QuestionAsked | null;
}
/**
 * A question that everyone sees; ``by`` asks. ``text`` is empty once it was erased.
 */
export interface QuestionAsked {
  question: string;
  text: string;
}
/**
 * A question that waits for a host; ``by`` asks. ``into`` is what it was merged into.
 */
export interface QuestionQueuedEvent {
  type: "question.queued";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: QuestionQueued | null;
}
/**
 * A question that waits for a host; ``by`` asks. ``into`` is what it was merged into.
 */
export interface QuestionQueued {
  question: string;
  text: string;
  asked_at: number;
  into?: string | null;
}
/**
 * A question that waited or was hidden is there for everyone, whole; ``by`` asks.
 */
export interface QuestionPublishedEvent {
  type: "question.published";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: QuestionPublished | null;
}
/**
 * A question that waited or was hidden is there for everyone, whole; ``by`` asks.
 */
export interface QuestionPublished {
  question: string;
  text: string;
  asked_at: number;
  votes: number;
  into?: string | null;
}
/**
 * What was hidden lies with the hosts; ``by`` asks. ``waited``: it was hidden before anybody saw it.
 */
export interface QuestionBinnedEvent {
  type: "question.binned";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: QuestionBinned | null;
}
/**
 * What was hidden lies with the hosts; ``by`` asks. ``waited``: it was hidden before anybody saw it.
 */
export interface QuestionBinned {
  question: string;
  text: string;
  asked_at: number;
  votes: number;
  waited: boolean;
  into?: string | null;
}
/**
 * It left the queue or the bin; ``by`` says who took it.
 */
export interface QuestionTakenEvent {
  type: "question.taken";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: QuestionTaken | null;
}
/**
 * It left the queue or the bin; ``by`` says who took it.
 */
export interface QuestionTaken {
  question: string;
}
/**
 * Nobody sees it any more; ``by`` says who hid it.
 */
export interface QuestionHiddenEvent {
  type: "question.hidden";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: QuestionHidden | null;
}
/**
 * Nobody sees it any more; ``by`` says who hid it.
 */
export interface QuestionHidden {
  question: string;
}
/**
 * Its asker took it back; what was merged into it stands alone.
 */
export interface QuestionWithdrawnEvent {
  type: "question.withdrawn";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: QuestionWithdrawn | null;
}
/**
 * Its asker took it back; what was merged into it stands alone.
 */
export interface QuestionWithdrawn {
  question: string;
}
/**
 * It made room for a newer one.
 */
export interface QuestionDroppedEvent {
  type: "question.dropped";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: QuestionDropped | null;
}
/**
 * It made room for a newer one.
 */
export interface QuestionDropped {
  question: string;
}
/**
 * It is on the screen.
 */
export interface QuestionShownEvent {
  type: "question.shown";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: QuestionShown | null;
}
/**
 * It is on the screen.
 */
export interface QuestionShown {
  question: string;
}
/**
 * No question is on the screen.
 */
export interface QuestionUnshownEvent {
  type: "question.unshown";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: QuestionUnshown | null;
}
/**
 * No question is on the screen.
 */
export interface QuestionUnshown {}
/**
 * It has its answer: in words, or live at ``answered_at``. It is not on the screen any more.
 */
export interface QuestionAnsweredEvent {
  type: "question.answered";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: QuestionAnswered | null;
}
/**
 * It has its answer: in words, or live at ``answered_at``. It is not on the screen any more.
 */
export interface QuestionAnswered {
  question: string;
  answer: string | null;
  answered_at: number;
}
/**
 * It has no answer after all.
 */
export interface QuestionReopenedEvent {
  type: "question.reopened";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: QuestionReopened | null;
}
/**
 * It has no answer after all.
 */
export interface QuestionReopened {
  question: string;
}
/**
 * It asks the same as ``into``, where its votes count.
 */
export interface QuestionMergedEvent {
  type: "question.merged";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: QuestionMerged | null;
}
/**
 * It asks the same as ``into``, where its votes count.
 */
export interface QuestionMerged {
  question: string;
  into: string;
}
/**
 * It stands alone again.
 */
export interface QuestionUnmergedEvent {
  type: "question.unmerged";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: QuestionUnmerged | null;
}
/**
 * It stands alone again.
 */
export interface QuestionUnmerged {
  question: string;
}
/**
 * A vote given, or taken back; told to nobody, the count says it.
 */
export interface QuestionUpvotedEvent {
  type: "question.upvoted";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: QuestionUpvoted | null;
}
/**
 * A vote given, or taken back; told to nobody, the count says it.
 */
export interface QuestionUpvoted {
  question: string;
  up: boolean;
}
/**
 * Its asker, whom it bears the name of, is told anew how it stands.
 */
export interface QuestionNoticedEvent {
  type: "question.noticed";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: QuestionNoticed | null;
}
/**
 * Its asker, whom it bears the name of, is told anew how it stands.
 */
export interface QuestionNoticed {
  question: string;
}
/**
 * A photo waits for approval.
 */
export interface PhotoOfferedEvent {
  type: "photo.offered";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PhotoOffered | null;
}
/**
 * A photo waits for approval.
 */
export interface PhotoOffered {
  photo: string;
  width: number;
  height: number;
  color: string;
  caption: string | null;
  added_at: number;
}
/**
 * A photo is shown from now on.
 */
export interface PhotoPostedEvent {
  type: "photo.posted";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PhotoPosted | null;
}
/**
 * A photo is shown from now on.
 */
export interface PhotoPosted {
  photo: string;
  width: number;
  height: number;
  color: string;
  caption: string | null;
  added_at: number;
}
/**
 * A photo lies in the hosts' bin; ``waited`` says that it was not shown before.
 */
export interface PhotoBinnedEvent {
  type: "photo.binned";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PhotoBinned | null;
}
/**
 * A photo lies in the hosts' bin; ``waited`` says that it was not shown before.
 */
export interface PhotoBinned {
  photo: string;
  width: number;
  height: number;
  color: string;
  caption: string | null;
  added_at: number;
  waited: boolean;
}
/**
 * A photo is shown no more; ``by`` says who hid it.
 */
export interface PhotoHiddenEvent {
  type: "photo.hidden";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PhotoHidden | null;
}
/**
 * A photo is shown no more; ``by`` says who hid it.
 */
export interface PhotoHidden {
  photo: string;
}
/**
 * Staff decided where somebody's photo goes, which the next record tells in its sender's name; ``by`` says who.
 */
export interface PhotoJudgedEvent {
  type: "photo.judged";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PhotoJudged | null;
}
/**
 * Staff decided where somebody's photo goes, which the next record tells in its sender's name; ``by`` says who.
 */
export interface PhotoJudged {
  photo: string;
  to: "shown" | "pending" | "hidden" | "deleted";
}
/**
 * A photo is gone for good; ``by`` is whose it was, ``staff`` says whether staff deleted it.
 */
export interface PhotoDeletedEvent {
  type: "photo.deleted";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: PhotoDeleted | null;
}
/**
 * A photo is gone for good; ``by`` is whose it was, ``staff`` says whether staff deleted it.
 */
export interface PhotoDeleted {
  photo: string;
  staff: boolean;
}
/**
 * The wall's scene from now on, whole.
 */
export interface StageChangedEvent {
  type: "stage.changed";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: StageChanged | null;
}
/**
 * The wall's scene from now on, whole.
 */
export interface StageChanged {
  scene: "auto" | "cover" | "chat" | "question" | "poll" | "photos" | "winner" | "countdown";
  subject: string | null;
  blank: boolean;
}
/**
 * The wall shows nothing.
 */
export interface StageBlankedEvent {
  type: "stage.blanked";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: StageBlanked | null;
}
/**
 * The wall shows nothing.
 */
export interface StageBlanked {}
/**
 * The wall shows its scene again.
 */
export interface StageUnblankedEvent {
  type: "stage.unblanked";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: StageUnblanked | null;
}
/**
 * The wall shows its scene again.
 */
export interface StageUnblanked {}
/**
 * There is a stream, or another one; it is on.
 */
export interface StreamStartedEvent {
  type: "stream.started";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: StreamStarted | null;
}
/**
 * There is a stream, or another one; it is on.
 */
export interface StreamStarted {
  address: string;
  title?: string | null;
}
/**
 * The stream is not on for a while.
 */
export interface StreamPausedEvent {
  type: "stream.paused";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: StreamPaused | null;
}
/**
 * The stream is not on for a while.
 */
export interface StreamPaused {}
/**
 * The stream is on again.
 */
export interface StreamResumedEvent {
  type: "stream.resumed";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: StreamResumed | null;
}
/**
 * The stream is on again.
 */
export interface StreamResumed {}
/**
 * There is no stream any more.
 */
export interface StreamClearedEvent {
  type: "stream.cleared";
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: Author | null;
  data: StreamCleared | null;
}
/**
 * There is no stream any more.
 */
export interface StreamCleared {}
/**
 * Recovered: `events` are all that was missed. Else `view` is the state, and `reason` says why.
 */
export interface JoinAnswer {
  ok: true;
  recovered: boolean;
  reason?: Reason;
  events?: LoggedEvent[];
  view?: View;
  mine: Mine;
  position: PositionShape;
  now: number;
  audience: "everyone" | "hosts";
  you: You;
  room: RoomName;
}
/**
 * The state of a room as one audience may see it, by activity.
 */
export interface View {
  room: RoomView;
  people: PeopleView;
  arrivals: ArrivalsView;
  order: OrderView;
  words: WordsView;
  chat: ChatView;
  polls: PollsView;
  questions: QuestionsView;
  photos: PhotosView;
  firsts: FirstsView;
  draws: DrawsView;
  stage: StageView;
  reactions: ReactionsView;
  announcements: AnnouncementsView;
  cues: CuesView;
  stream: StreamView;
}
/**
 * The room's own state; ``rehearsal``: what happens now will be cleared.
 */
export interface RoomView {
  title: string;
  status: "open" | "closed";
  rehearsal: boolean;
  settings: RoomSettings;
  created_at: number;
}
/**
 * For hosts only: who is banned, muted, warned, or has another role than they came with; the latest last.
 */
export interface PeopleView {
  banned?: BannedView[];
  muted?: MutedView[];
  warned?: WarnedView[];
  roles?: RoleView[];
}
/**
 * Who may not write, since when, by whom, and until when if that is set.
 */
export interface MutedView {
  user: string;
  name: string;
  at: number;
  by: Author | null;
  until: number | null;
}
/**
 * Who was warned, when and by whom; the latest time.
 */
export interface WarnedView {
  user: string;
  name: string;
  at: number;
  by: Author | null;
}
/**
 * Who has which role, since when and by whom.
 */
export interface RoleView {
  user: string;
  name: string;
  role: "host" | "moderator" | "attendee" | "wall" | "bot";
  at: number;
  by: Author | null;
}
/**
 * What holds for everybody but staff. While ``panicked``, nobody writes and walls are blank, whatever the others
 * say: they are what holds again afterwards.
 */
export interface OrderView {
  muted: boolean;
  chat_closed: boolean;
  panicked: boolean;
}
/**
 * The list, for hosts only, in the order in which it was made.
 */
export interface WordsView {
  words?: string[];
}
/**
 * The polls of a room, oldest first; drafts for hosts only.
 */
export interface PollsView {
  polls: PollView[];
}
/**
 * A poll as it is shown. ``result`` is null where it may not be seen; choices are places in ``options`` from 0,
 * or 1 to 5. ``photos`` are those of the options, empty if none has one; whether a photo can be seen, the photos
 * tell. A running clock has ``closes_at``, a paused one ``remaining_ms``.
 */
export interface PollView {
  poll: string;
  question: string;
  kind: "single" | "multi" | "rating";
  options: string[];
  photos: (string | null)[];
  max_choices: number;
  who: "everyone" | "bound" | "signed_up";
  hidden: boolean;
  status: "draft" | "open" | "closed";
  duration_ms: number | null;
  closes_at: number | null;
  remaining_ms: number | null;
  opened_at: number | null;
  closed_at: number | null;
  result: Result | null;
}
/**
 * The questions that there is room for, oldest first, and which one is on the screen.
 */
export interface QuestionsView {
  questions: QuestionView[];
  shown: string | null;
}
/**
 * A question as it is shown; ``waiting`` and ``hidden`` ones to hosts only. One that was merged into another has
 * its own votes, the other has those of both. ``waited``: hidden before anybody saw it.
 */
export interface QuestionView {
  question: string;
  at: number;
  by: Author;
  text: string;
  votes: number;
  status: "open" | "answered" | "waiting" | "hidden";
  waited: boolean;
  answer: QuestionAnswerView | null;
  into: string | null;
}
/**
 * ``text`` null: answered live.
 */
export interface QuestionAnswerView {
  text: string | null;
  at: number;
}
/**
 * The latest photos, oldest first, and how many there are in all; ``pending`` and ``bin`` for hosts only.
 */
export interface PhotosView {
  photos: PhotoView[];
  count: number;
  pending?: PhotoView[];
  bin?: PhotoView[];
}
/**
 * A photo as it is shown; its pictures are at addresses that the server gives out.
 */
export interface PhotoView {
  photo: string;
  at: number;
  by: Author;
  width: number;
  height: number;
  color: string;
  caption: string | null;
}
/**
 * The scene that is set, or ``auto``. While ``blank``, walls show nothing, whatever it says.
 */
export interface StageView {
  scene: "auto" | "cover" | "chat" | "question" | "poll" | "photos" | "winner" | "countdown";
  subject: string | null;
  blank: boolean;
  countdown: CountdownView | null;
}
/**
 * The kinds that there are.
 */
export interface ReactionsView {
  kinds: ("heart" | "clap" | "brick" | "laugh" | "wow")[];
}
/**
 * The stream of the room, if it has one.
 */
export interface StreamView {
  stream: Streamed | null;
}
/**
 * A stream, and since when it is as it is.
 */
export interface Streamed {
  address: string;
  title: string | null;
  status: "live" | "paused";
  since: number;
}
/**
 * What concerns one person alone, by activity.
 */
export interface Mine {
  people?: PeopleMine;
  arrivals?: ArrivalsMine;
  chat?: ChatMine;
  polls?: PollsMine;
  questions?: QuestionsMine;
  photos?: PhotosMine;
  firsts?: FirstsMine;
  draws?: DrawsMine;
}
/**
 * What was decided on oneself; by whom is for hosts.
 */
export interface PeopleMine {
  muted?: MutedMine;
  warned?: WarnedMine;
}
/**
 * Until when one may not write; null: until it is undone.
 */
export interface MutedMine {
  until: number | null;
}
/**
 * When one was warned, the latest time.
 */
export interface WarnedMine {
  at: number;
}
/**
 * One's own ballots: poll -> choices.
 */
export interface PollsMine {
  ballots: {
    [k: string]: number[];
  };
}
/**
 * One's own questions, the latest of them, and those that one has voted for.
 */
export interface QuestionsMine {
  asked: OwnQuestion[];
  upvoted: string[];
}
/**
 * How one's own question stands when this was told; what everyone sees of it may be newer.
 */
export interface OwnQuestion {
  question: string;
  at: number;
  text: string;
  status: "open" | "answered" | "waiting" | "hidden" | "merged";
}
/**
 * One's own photos, oldest first.
 */
export interface PhotosMine {
  photos: OwnPhoto[];
}
/**
 * A photo of one's own; hidden ones are told as such.
 */
export interface OwnPhoto {
  photo: string;
  place: "pending" | "shown" | "hidden";
  at: number;
  width: number;
  height: number;
  color: string;
  caption: string | null;
}
/**
 * Who the server takes this connection for.
 */
export interface You {
  id: string;
  name: string;
  role: "host" | "moderator" | "attendee" | "wall" | "bot";
  guest: boolean;
  shop?: string;
}
/**
 * Which room was joined, and how many are in it, and in each of its shops.
 */
export interface RoomName {
  id: string;
  occupancy: number;
  shops?: {
    [k: string]: number;
  };
}
/**
 * The answer to room.leave and to stream.report.
 */
export interface Left {
  ok: true;
}
/**
 * Enter a room; with ``position``, and get what was missed since.
 *
 * ``audience`` is what the client listened as when it got there: as another audience it was told other events.
 */
export interface RoomJoin {
  type: "room.join";
  id: string;
  room: string;
  position?: Place | null;
  audience?: ("everyone" | "hosts") | null;
}
/**
 * The last position that a client holds.
 */
export interface Place {
  epoch: string;
  seq: number;
}
/**
 * Stop listening to a room.
 */
export interface RoomLeave {
  type: "room.leave";
  id: string;
  room: string;
}
/**
 * The page of events before ``before`` (a seq), newest page if it is left out.
 */
export interface RoomHistory {
  type: "room.history";
  id: string;
  room: string;
  before?: number | null;
  limit?: number;
}
/**
 * Who is in the room; for hosts, once they have joined. What changes is told as ``room.people``.
 */
export interface PeopleList {
  type: "people.list";
  id: string;
  room: string;
}
/**
 * A viewer says every ten seconds or so how far behind the room's stream is shown; null: that cannot be told.
 *
 * Kept for half a minute, and told to hosts as a count alone: ``stream.delay``.
 */
export interface StreamReport {
  type: "stream.report";
  id: string;
  room: string;
  delay_ms?: number | null;
}
/**
 * How many are in the room; ``shops``, where such take part: how many of them in each.
 */
export interface Occupancy {
  type: "room.occupancy";
  room: string;
  count: number;
  shops?: {
    [k: string]: number;
  };
}
/**
 * What has changed in the list of people since ``after``, its number before; who holds another asks for it anew.
 *
 * ``came`` holds whoever is new or has changed, ``went`` ids; ``joined`` and ``left`` say how many people did.
 */
export interface PeopleChanged {
  type: "room.people";
  room: string;
  after: number;
  number: number;
  came: PersonHere[];
  went: string[];
  joined: number;
  left: number;
  away: number;
  whole: boolean;
}
/**
 * Somebody in the room; ``away``: without a connection, but for less than half a minute.
 */
export interface PersonHere {
  id: string;
  name: string;
  role: "host" | "moderator" | "attendee" | "wall" | "bot";
  guest?: boolean;
  via?: string;
  shop?: string;
  away?: boolean;
}
/**
 * How much of what was sent to the room in the last minute was turned away because it was too much; for hosts.
 */
export interface ShedTold {
  type: "room.shed";
  room: string;
  count: number;
}
/**
 * How many reactions of each kind came in since this was last told; kinds without any are left out.
 */
export interface ReactionCounts {
  type: "reaction.counts";
  room: string;
  counts: {
    [k: string]: number;
  };
}
/**
 * What concerns this person alone, anew.
 */
export interface MineChanged {
  type: "room.mine";
  room: string;
  mine: {
    [k: string]: unknown;
  };
}
/**
 * Where the room stands, after a join.
 */
export interface PositionTold {
  type: "room.position";
  room: string;
  position: PositionShape;
}
/**
 * This person has another role from now on, and hears nothing more of the room: join again.
 */
export interface RoleTold {
  type: "room.role";
  room: string;
  role: "host" | "moderator" | "attendee" | "wall" | "bot";
}
/**
 * How many watch the stream, and how far behind they are shown it: told to hosts alone.
 *
 * Null where none of them can tell.
 */
export interface StreamDelay {
  type: "stream.delay";
  room: string;
  viewers: number;
  median_ms: number | null;
  p90_ms: number | null;
}
/**
 * The count so far, while a poll is open: for hosts always, for everyone unless it is hidden.
 */
export interface PollTally {
  type: "poll.tally";
  room: string;
  poll: string;
  result: Result;
}
/**
 * How many want to hear the answer.
 */
export interface QuestionVotes {
  type: "question.votes";
  room: string;
  question: string;
  votes: number;
}
/**
 * The answer to what was refused.
 */
export interface Nack {
  ok: false;
  error: Fault;
}
/**
 * Who is in the room: all if ``whole``, else its staff alone. ``away`` says how many attendees have no
 * connection and may come back; ``occupancy`` does not count them.
 */
export interface PeopleListed {
  ok: true;
  number: number;
  people: PersonHere[];
  occupancy: number;
  away: number;
  whole: boolean;
}
