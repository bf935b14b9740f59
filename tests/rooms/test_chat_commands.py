"""What of the chat is written for others to read, and may wait."""

from rooms.chat_commands import ChatApprove, ChatDelete, ChatSend
from rooms.registry import REGISTRY


def test_a_message_is_looked_through_and_nothing_else_of_the_chat() -> None:
    message = ChatSend.model_validate({"id": "c", "room": "r1", "text": "hello"})
    assert message.said() == ("hello",)
    chat = [each for word, each in REGISTRY.commands.items() if word.startswith("chat.")]
    assert [each for each in chat if each.writes] == [ChatSend]
    assert [each for each in chat if each.waits] == [ChatSend]
    assert ChatDelete.model_validate({"id": "c", "room": "r1", "message": "m"}).said() == ()
    assert ChatApprove.type == "chat.approve"
