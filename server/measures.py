"""What every metric means, by its name without ``showfloor_``; docs/reference/metrics.md is made from this.

Queues tell how much waits and, where there is a bound, what it is. No metric has a label for a room, a person or an
address: their number has no bound, and it is nobody's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from protocols.closing import Closing
from protocols.limits import MAILBOX_LIMIT, OUTBOX_LIMIT, STAFF_OUTBOX_LIMIT, UNANSWERED_LIMIT
from server.gateway.viewing import REPORTS, ROOMS, VALID_S
from server.image_check import AT_ONCE as IMAGES_AT_ONCE
from server.image_check import WAITING_MOST
from server.text_check import AT_ONCE

NODE: Final = {
    "node_ready": "1 if /readyz says 200, else 0.",
    "node_loop_lag_seconds": "How late the event loop came in the last half second.",
    "node_tasks": "asyncio tasks, those of this server and of its libraries.",
}
GATEWAY: Final = {
    "gateway_connections_polling": "Connections by long-polling.",
    "gateway_connections_websocket": "Connections by websocket.",
    "gateway_addresses": "Addresses that connections come from (IPv6: /64 networks).",
    "gateway_address_most": "Connections of the address that has most; the bound is max_connections_per_address.",
    "gateway_connecting": "CONNECTs that are being decided.",
    "gateway_farewells": "Last words kept for polling clients that have not fetched them yet; each for 5 s.",
    "gateway_rooms": "Rooms with members on this node.",
    "gateway_outbox_bytes": "Bytes that wait for connections which do not take them at once.",
    "gateway_outbox_most_bytes": (
        f"The same for the one with most; at {OUTBOX_LIMIT} it is closed as slow_consumer "
        f"(of staff: {STAFF_OUTBOX_LIMIT})."
    ),
    "gateway_behind": "Connections for which something waits.",
    "gateway_unread": f"Connections not read now, for more than {UNANSWERED_LIMIT} of their commands are unanswered.",
    "gateway_refused_full_total": "Connections refused because max_connections was reached.",
    "gateway_refused_address_total": "Connections refused because max_connections_per_address was reached.",
    "gateway_refused_draining_total": "Connections refused because the node was going away.",
    **{
        f"gateway_closed_{closing.value}_total": f"Connections that ended as {closing.value}: {closing.message}"
        for closing in Closing
    },
}
DOOR: Final = {
    "door_people": "People with a connection, by room.",
    "door_waiting": f"What waits for the answer to a join or history before it; {UNANSWERED_LIMIT} for each socket.",
    "door_requests": "Joins, histories and leaves that are being answered.",
    "door_throttles": "People whose rate is remembered; after 10 s of silence they are forgotten.",
    "door_closings": "Reasons kept for those who could not be told why they were closed; at most 4096.",
    "door_throttled_total": "Messages refused because one person sent too many.",
    "door_overloaded_total": "Messages refused because too many of one socket waited.",
    "reactions_rooms": "Rooms with members here in which people reacted lately.",
    "reactions_people": "People who reacted lately; after 10 s of silence they are forgotten.",
    "reactions_counted_total": "Reactions counted on this node.",
    "reactions_shed_total": "Commands with reactions refused because other commands waited for the room.",
}
VIEWING: Final = {
    "viewing_viewers": f"People whose player has said within {VALID_S} s that it shows a stream; at most {REPORTS}.",
    "viewing_rooms_elsewhere": f"Rooms of which other nodes count viewers; at most {ROOMS} of each node.",
}
HOSTING: Final = {
    "hosting_rooms": "Rooms at work.",
    "hosting_opening": "Rooms that are being opened.",
    "hosting_due": "Rooms that want to be woken at some time.",
    "hosting_waiting": "Commands that are not answered yet, in all mailboxes.",
    "hosting_waiting_most": f"The same in the fullest mailbox; at {MAILBOX_LIMIT} further ones are refused.",
    "hosting_overloaded_total": "Commands refused because a mailbox was full.",
    "hosting_batches_total": "Batches committed.",
    "hosting_records_total": "Records committed.",
    "hosting_recent": "Records at hand for those who come back; recovery_events for each room.",
    "presence_away": "People who lost their last connection less than 30 s ago, and may come back.",
    "presence_looked_at": "Rooms whose list of people somebody looks at here.",
    "presence_readers": "Rooms here at which another node looks, once for each node.",
    "hosting_kept": "Acknowledged records kept until the database has them.",
    "hosting_kept_bytes": "Their size in memory; at most 16 MiB for each room.",
    "hosting_unkept_total": "Those that had to be dropped before the database had them: the log alone has them.",
    "hosting_answered": "Commands remembered so that sending again is safe, for 10 to 20 minutes.",
    "hosting_snapshot_records_most": "Records since the last snapshot, in the room with most; at 2000 one is written.",
    "hosting_snapshot_seconds_most": "Age of the oldest snapshot of a room at work that has gone on since.",
}
STORAGE: Final = {
    "broker_waiting": "Batches that wait for the log; beyond 8192 commands are refused as unavailable.",
    "broker_commits_total": "Commits to the log; one holds all that waited.",
    "broker_commit_seconds_total": "Time that commits took; by commits_total it gives the mean.",
    "broker_records_total": "Records in the log, written by this process.",
    "broker_failures_total": "Commits that failed.",
    "broker_failing_s": "For how long the log cannot be written; 0 if it can.",
    "projector_lag_records": "Records that the database does not have yet.",
    "projector_lag_seconds": "For how long the oldest of them has waited, at the longest.",
    "projector_rooms_behind": "Rooms with such records.",
    "projector_rooms_unreadable": "Rooms that are not projected, for they met a fault or a newer program wrote them.",
    "projector_records_total": "Records projected.",
    "projector_failures_total": "Rounds that failed.",
    "projector_failing_s": "For how long the database cannot be written; 0 if it can.",
    "database_reads_rooms_total": "Transactions that read to bring a room to work.",
    "database_reads_rest_total": "Other transactions that read.",
    "database_writes_total": "Transactions that wrote.",
    "database_waiting": "Transactions that wait to write.",
    "database_connections": "Connections in use, of at most 8.",
    "trace_commands": "Commands whose way is remembered for `trace`; at most 5000.",
}
HTTP: Final = {
    "exports_running": "Exports under way, of at most 4.",
    "http_guests_refused_total": "Guests refused because one address brought too many.",
    "http_reads_refused_total": "Requests that read, refused because one person sent too many.",
    "http_pairings": "Walls that wait on this node to be let in.",
    "http_counted": "Addresses, logins and the like that this process counts itself; at most 10000 of each kind.",
    "http_passwords_waiting": "Passwords that are being hashed or wait for it; beyond the bound signing in is refused.",
    "http_requests_total": "HTTP requests by method, route and status.",
    "http_request_seconds": "Time to the end of an HTTP answer, by route; a histogram.",
}
PHOTOS: Final = {
    "pieces_running": "Pieces of uploads that are coming in, of at most 128.",
    "darkroom_developing": "Photos that are being decoded or wait for it, of at most 34.",
    "darkroom_developed_total": "Photos decoded.",
    "darkroom_refused_total": "Files refused because they are no photos that can be shown.",
    "darkroom_killed_total": "Processes that died of a file or were killed because of it.",
    "photos_removed_total": "Files removed because their photos are gone.",
    "photos_rooms_waiting": "Rooms whose files are looked at in some seconds.",
    "blobs_puts_total": "Blobs stored.",
    "blobs_gets_total": "Blobs read.",
    "blobs_failures_total": "Requests that the blob store refused or did not answer.",
    "blobs_orphans_total": "Blobs removed because nobody knew of them any more.",
}
# Only where rooms are shared with other nodes.
SHARED: Final = {
    "broker_rewrites_total": "Files of Redis that were written anew because something was erased.",
    "broker_rewrites_failed_total": "Those that could not be: what was erased is still in them.",
    "broker_followed": "Rooms of other nodes whose log is followed.",
    "broker_gaps_total": "Times that an announcement was lost and the log was read for what it held.",
    "broker_unreadable_total": "Announcements that this program could not read.",
    "hosting_followers": "Rooms at work here that another node decides for.",
    "hosting_on_their_way": "Commands sent to other nodes and not answered yet; at 20000 further ones are refused.",
    "hosting_forwarded_total": "Commands sent to other nodes.",
    "hosting_taken_over_total": "Rooms that were followed here, and then decided for.",
    "text_check_running": f"Texts that the check outside is looking at, if one is set; beyond {AT_ONCE}: default.",
    "text_check_asked_total": "Texts that it was asked about.",
    "text_check_failed_total": "Texts for which it had no answer that can be used.",
    "text_check_late_total": "Texts for which it had no answer in time.",
    "text_check_crowded_total": "Texts that it was not asked about, because it was looking at too many.",
    "image_check_running": "Photos that the check outside is looking at, if one is set, or that wait for it, "
    f"of at most {IMAGES_AT_ONCE + WAITING_MOST}.",
    "image_check_asked_total": "Photos that it was asked about.",
    "image_check_failed_total": "Photos for which it had no answer that can be used.",
    "image_check_late_total": "Photos for which it had no answer in time.",
    "image_check_crowded_total": "Photos that it was not asked about, because too many waited.",
    "trimming_rooms_total": "Logs that were cut, because the database has what is old in them.",
    "trimming_records_total": "Records up to which they were cut, less those up to which they had been cut before.",
    "trimming_announced": "Logs that the next look will cut.",
    "trimming_held": "Rooms with much in the log that could go, if they had a new snapshot.",
    "trimming_failures_total": "Looks that failed.",
    "trimming_failing_s": "For how long nothing can be cut, as the log or the database does not answer; 0 if it can.",
    "workers_alive": "Workers that share the rooms, as a worker sees it.",
    "attendance_looked_after": "People, wherever they are, of whom this node knows on which nodes they are.",
    "attendance_elsewhere": "People on this node whom another counts, for they are there too.",
    "post_neighbours": "Nodes with which letters are exchanged.",
    "post_waiting": "Letters that their nodes do not have yet; at 8192 for one node further ones are refused.",
    "post_sent_total": "Letters written to other nodes.",
    "post_received_total": "Letters from other nodes.",
    "post_refused_total": "Letters that found no place.",
}
PARTS: Final[Mapping[str, Mapping[str, str]]] = {
    "This node": NODE,
    "Connections": GATEWAY,
    "People": DOOR,
    "Viewers of streams": VIEWING,
    "Rooms": HOSTING,
    "Log and database": STORAGE,
    "HTTP": HTTP,
    "Photos": PHOTOS,
}
MEANINGS: Final[Mapping[str, str]] = {name: text for part in (*PARTS.values(), SHARED) for name, text in part.items()}

_HEAD: Final = """\
# Metrics

Generated by `make schema` from `server/measures.py`; do not edit.

`/metrics` speaks Prometheus' text form; with `SHOWFLOOR_METRICS_TOKEN` it asks for that as a bearer token. What ends in
`_total` is a counter and begins at 0 with the process, all else is a gauge. Beside these there are the usual metrics of
the process (`process_…`, `python_…`).
"""


def page() -> str:
    """The page as Markdown."""
    text = _HEAD
    for part, meanings in [*PARTS.items(), ("Several nodes, on one Redis", SHARED)]:
        text += f"\n## {part}\n\n| metric | meaning |\n|---|---|\n"
        text += "".join(f"| `showfloor_{name}` | {meaning} |\n" for name, meaning in meanings.items())
    return text
