import csv
import io

from protocols.messages import By, Role
from server.http.api.questions import COLUMNS
from tests.server.http.house import House

HOST = By("host-1", "H", Role.HOST)
GUEST = By("g1", "小安", Role.ATTENDEE)


async def ask(house: House, text: str, by: By = GUEST) -> str:
    await house.do("question.ask", by, text=text)
    question: str = house.host().records[-1].data.question  # type: ignore[union-attr]
    return question


async def test_results_tell_what_was_asked_wanted_and_answered(house: House) -> None:
    first, second = await ask(house, "多少钱？"), await ask(house, "How much?", By("g2", "B", Role.ATTENDEE))
    await house.do("question.upvote", By("g3", "C", Role.ATTENDEE), question=second)
    await house.do("question.merge", HOST, question=second, into=first)
    await house.do("question.answer", HOST, question=first, answer="About 99.")
    answer = await house.client.get("/api/v1/rooms/r1/results", headers=house.by(Role.HOST))
    told = answer.json()["questions"]
    assert [(each["id"], each["name"], each["votes"], each["status"]) for each in told] == [
        (first, "小安", 1, "answered"),
        (second, "B", 1, "open"),
    ]
    assert told[0]["answer"] == "About 99."
    assert told[1]["merged_into"] == first


async def test_a_spreadsheet_has_one_row_a_question_and_no_formula(house: House) -> None:
    live, formula = await ask(house, "When?"), await ask(house, "=1+1")
    await house.do("question.answer", HOST, question=live)
    answer = await house.client.get("/api/v1/rooms/r1/questions.csv", headers=house.by_key())
    assert answer.headers["content-disposition"] == 'attachment; filename="r1-questions.csv"'
    found = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert tuple(found[0]) == COLUMNS
    assert [(row["question"], row["text"], row["answer"], row["status"]) for row in found] == [
        (live, "When?", "live", "answered"),
        (formula, "'=1+1", "", "open"),
    ]


async def test_others_get_nothing(house: House) -> None:
    await ask(house, "When?")
    for headers in (house.by(Role.ATTENDEE), {}):
        answer = await house.client.get("/api/v1/rooms/r1/questions.csv", headers=headers)
        assert answer.status_code in {401, 403}
        assert "When" not in answer.text
