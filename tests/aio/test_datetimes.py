"""``datetime.now`` in virtual time, without another class."""

import datetime
import threading
from datetime import datetime as taken_by_name

from synfin.aio.datetimes import Datetimes
from tests.aio.places import world

EPOCH = 1_735_689_600


def test_now_is_virtual_and_the_class_is_the_same() -> None:
    real = datetime.datetime
    seen: list[datetime.datetime] = []

    async def look() -> None:
        assert datetime.datetime is real
        seen.append(datetime.datetime.now(datetime.UTC))
        seen.append(taken_by_name.now(datetime.UTC))

    with world() as here:
        here.run(look(), host="client")
    assert [moment.timestamp() for moment in seen] == [EPOCH, EPOCH]
    assert all(type(moment) is real for moment in seen)
    assert datetime.datetime.now(datetime.UTC).timestamp() > EPOCH + 86_400


def test_other_threads_and_subclasses() -> None:
    class Mine(datetime.datetime):
        pass

    seen: list[datetime.datetime] = []
    clock = Datetimes(lambda: 1_000.0)
    clock.enter()
    try:
        thread = threading.Thread(target=lambda: seen.append(datetime.datetime.now()))
        thread.start()
        thread.join()
        assert Mine.now(datetime.UTC) == datetime.datetime.fromtimestamp(1_000, datetime.UTC)
        assert type(Mine.now()) is Mine
        assert datetime.datetime.utcnow() == datetime.datetime(1970, 1, 1, 0, 16, 40)
        assert datetime.datetime.now() == datetime.datetime.fromtimestamp(1_000)
    finally:
        clock.leave()
    assert seen[0].year > 1970
    assert abs(datetime.datetime.now() - seen[0]) < datetime.timedelta(hours=1)
