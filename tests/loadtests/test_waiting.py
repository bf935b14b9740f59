from loadtests.waiting import until


async def test_a_fact_that_comes_is_seen() -> None:
    looked = []

    def fact() -> bool:
        looked.append(1)
        return len(looked) == 3

    assert await until(fact, within=5, every=0)
    assert len(looked) == 3


async def test_a_fact_that_does_not_come_is_said() -> None:
    async def fact() -> bool:
        return False

    assert not await until(fact, within=0.01, every=0)
