"""Sizes and rates: what is accepted, and how much is kept. Room settings may change those marked so."""

from __future__ import annotations

from typing import Final

# The wire
MAX_PAYLOAD: Final = 16 * 1024  # bytes of one Engine.IO message or polling body from a client
PING_INTERVAL_MS: Final = 25_000
PING_TIMEOUT_MS: Final = 20_000
# Between the transport's opening and a Socket.IO CONNECT; a second less than promised, for whoever sweeps.
CONNECT_TIMEOUT_MS: Final = 14_000
HIGH_WATER: Final = 64 * 1024  # bytes waiting in a transport before its connection uses an outbox
OUTBOX_LIMIT: Final = 1024 * 1024  # bytes of outbox and transport buffer before slow_consumer
# The same for those who run a room, who are few: they are told all that waits, who was put out, who has won.
STAFF_OUTBOX_LIMIT: Final = 4 * 1024 * 1024
UNANSWERED_LIMIT: Final = 64  # commands without an answer before a connection is not read

# Commands
ID_LENGTH: Final = 64  # characters of a command, room or user id
NAME_LENGTH: Final = 32  # characters of a nickname
TEXT_LENGTH: Final = 500  # characters of a chat message (room setting)
TITLE_LENGTH: Final = 120  # characters of a room's title
QUESTION_LENGTH: Final = 300  # characters of a poll's question
OPTION_LENGTH: Final = 100  # characters of one option
ANSWER_LENGTH: Final = 1_000  # characters of a typed answer to somebody's question
TEXT_MAXIMUM: Final = 4_000  # characters of a chat message, whatever the room says
BATCH_COMMANDS: Final = 256  # commands decided in one batch
BATCH_BYTES: Final = 256 * 1024  # of these; then the batch ends: it is told at once, and must find room in an outbox
MAILBOX_LIMIT: Final = 8192  # commands that wait in a room's mailbox; beyond: overloaded
MAILBOX_BYTES: Final = 16 * 1024 * 1024  # of these
KEY_LENGTH: Final = 16  # bytes of a command's digest that say who sent which id; as many say what it said
DEDUPE_WINDOW_MS: Final = 10 * 60_000  # at least this long is a command id remembered

# Recovery
RECOVERY_WINDOW_MS: Final = 150_000  # two minutes away, and the way back (room setting)
RECOVERY_EVENTS: Final = 2_000  # events kept in memory per room, whatever their age up to the window
RECOVERY_ANSWER: Final = 1_500  # events in one join answer; more missed: recovered false
RECOVERY_BYTES: Final = 768 * 1024  # of those events; below OUTBOX_LIMIT, which would end the connection
HISTORY_PAGE: Final = 100  # events in one page of history

# Volatile
TALLY_INTERVAL_MS: Final = 250
OCCUPANCY_INTERVAL_MS: Final = 1_000
REACTION_INTERVAL_MS: Final = 1_000

# Rates (room settings)
ROOM_RATE: Final = 40  # messages a second in a room, shared out by class
PERSON_RATE: Final = 1  # messages a second from one person
PERSON_BURST: Final = 5  # messages one person may send at once
READS_PER_MINUTE: Final = 120  # requests of one person that read over HTTP, on each node; so many at once
SLOW_MODE_MAXIMUM_MS: Final = 120_000
DAY_MS: Final = 24 * 3_600_000
RETENTION_DAYS: Final = 180  # 0: kept until somebody deletes it

# Looking through what people write (room settings)
APPROVE_CHAT: Final = False
FILTER_COMMON: Final = False
FILTER_HOLDS: Final = False

# Activities
CHAT_KEPT: Final = 1_000  # latest messages that can be deleted, pinned or restored
CHAT_SHOWN: Final = 200  # latest messages in a view
VIEW_BYTES: Final = 200 * 1024  # of text in a view's list of messages or polls; all in all well below OUTBOX_LIMIT
BIN_KEPT: Final = 200  # latest deleted messages that hosts can restore
SHOPS: Final = 30  # that take part in one room, by name
MEMBERS_LISTED: Final = 500  # attendees that are listed one by one; beyond, they are only counted
PRESENCE_GRACE_MS: Final = 30_000  # without a connection before somebody has left
BANS_KEPT: Final = 500  # people banned from a room at the same time
ROLES_KEPT: Final = 200  # people whose role in a room was changed
POLLS_KEPT: Final = 100  # polls in a room
OPTIONS: Final = 20  # options of a poll
QUESTIONS_KEPT: Final = 500  # people's questions in a room
QUESTIONS_OPEN: Final = 5  # of one attendee's that wait or have no answer yet
QUESTIONS_OWN: Final = 50  # of one's own that one is told the state of, the latest
RATING: Final = 5  # steps of a rating
PHOTOS_KEPT: Final = 500  # photos in a room, whether shown, waiting or hidden
PHOTOS_EACH: Final = 20  # of one person
PHOTOS_SHOWN: Final = 100  # latest photos in a view
PHOTO_SIDE: Final = 2048  # pixels of the longer side of what is shown
CAPTION_LENGTH: Final = 100  # characters beside a photo
DURATION_MAXIMUM_MS: Final = 24 * 3_600_000
HELD_KEPT: Final = 200  # messages that wait for staff; more are refused
HELD_EACH: Final = 10  # of one person
REFUSED_OWN: Final = 10  # of one's own that staff refused or deleted, the latest that one is told of
HELD_BYTES: Final = 64 * 1024  # of their texts in a host's view
MUTES_KEPT: Final = 500  # people muted in a room at the same time
WARNINGS_KEPT: Final = 500  # people of a room who were warned
ARRIVALS_KEPT: Final = 2_000  # people of a room who were checked in: hosts are told of each
MUTE_MAXIMUM_MS: Final = 24 * 3_600_000
WORD_LENGTH: Final = 32  # characters of a filtered word
WORDS_KEPT: Final = 10_000  # filtered words of a room
WORDS_BYTES: Final = 512 * 1024  # of all of them in a host's view: 16 Chinese characters each if there are so many
WORDS_AT_ONCE: Final = 1_000  # words in one command; what a payload has room for may be less
FIRSTS_KEPT: Final = 50  # gifts for the first N in a room
FIRST_PLACES: Final = 1_000  # places of one of them
FIRST_PLACES_KEPT: Final = 2_000  # places of all of them: hosts see who has each
DRAWS_KEPT: Final = 20  # draws in a room
DRAW_WINNERS: Final = 100  # of one draw
DRAW_WINNERS_KEPT: Final = 500  # of all of them: hosts see their names and contacts
DRAW_REDRAWS: Final = 100  # absent winners of one draw that are passed over
DRAW_ENTRANTS: Final = 20_000  # of one draw
DRAW_ENTRANTS_KEPT: Final = 60_000  # of all of them: each is in a snapshot
STREAM_ADDRESS_LENGTH: Final = 2_000  # characters; signed ones are long
STREAM_DELAY_MS: Final = 600_000  # a viewer's delay beyond this is none
CONTACT_LENGTH: Final = 100  # characters of how a winner is reached
COUNTDOWN_MAXIMUM_MS: Final = 14 * 24 * 3_600_000  # to a show on another day
COUNTDOWN_TOLD_MS: Final = 10_000  # for which the wall shows that a countdown has ended
REACTIONS_OPEN: Final = True  # (room setting)
REACTION_RATE: Final = 10  # reactions a second from one person, on each node
REACTION_BURST: Final = 20  # reactions one person may send at once
ANNOUNCEMENT_LENGTH: Final = 200  # characters of an announcement
LINK_LENGTH: Final = 500  # characters of a link to another site
CUES_KEPT: Final = 100  # prepared calls in a room's run-sheet
CUE_LENGTH: Final = 100  # characters of a call
