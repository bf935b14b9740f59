/** The words of the wire, generated from the server's own. */
import type {
  Ack,
  Author,
  Command,
  HistoryAnswer,
  JoinAnswer,
  Left,
  Nack,
  PeopleListed,
  PositionShape,
} from "../../../protocols/schema/messages";

export type {
  Ack,
  AnnouncementView,
  ArrivalsView,
  ChatView,
  CuesView,
  CueView,
  OwnPhoto,
  PhotosView,
  PhotoView,
  Code,
  Command,
  DrawView,
  FirstView,
  HistoryAnswer,
  JoinAnswer,
  LoggedEvent,
  MessageView,
  Mine,
  OrderView,
  OwnQuestion,
  PeopleChanged,
  PeopleListed,
  PeopleView,
  PersonHere,
  PollCreated,
  PollsView,
  PreparedCue,
  QuestionsView,
  QuestionView,
  ReactionSend,
  PollView,
  Reason,
  Result,
  RoomSettings,
  ShopNamed,
  RoomView,
  StageView,
  Streamed,
  WordsView,
} from "../../../protocols/schema/messages";

export type By = Author;
export type Position = PositionShape;
export type CommandType = Command["type"];

/** What a command says beside its id and its room. */
export type Fields<Type extends CommandType> = Omit<
  Extract<Command, { type: Type }>,
  "type" | "id" | "room" | "on_behalf_of"
>;

/** Whatever may be answered to a command or a request. */
export type Answer = Ack | JoinAnswer | HistoryAnswer | Left | PeopleListed | Nack;
