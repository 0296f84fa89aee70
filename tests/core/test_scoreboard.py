"""What is outstanding: acknowledged, SACKed, lost, sent again."""

from hypothesis import given
from hypothesis import strategies as st

from synfin.core.delivery import NOTHING, Delivery
from synfin.core.scoreboard import Scoreboard
from synfin.core.scoreboard_range import Sent
from synfin.wire.tcp import FIN, SYN

Range = tuple[int, int]


def board(*edges: int, flags: int = 0) -> Scoreboard:
    """Ranges between successive ``edges``, sent at 0, 1, 2 …; ``flags`` on the last."""
    made = Scoreboard()
    for index in range(len(edges) - 1):
        last = index == len(edges) - 2
        made.add(Sent(edges[index], edges[index + 1], index, flags if last else 0, 100))
    return made


def acknowledge(made: Scoreboard, ack: int, now: int = 0) -> Delivery:
    news = Delivery()
    news.begin(now, made.front().start, 0, 0)
    made.acknowledge(ack, news)
    return news


def sack(made: Scoreboard, left: int, right: int) -> int:
    """Octets newly SACKed."""
    news = Delivery()
    news.begin(0, 0, 0, 0)
    made.sack(left, right, news)
    return news.sacked


def live(made: Scoreboard) -> list[Range]:
    return [(sent.start, sent.end) for sent in made.ranges[made.head :]]


def test_an_ack_finishes_whole_ranges_and_cuts_the_one_it_ends_in() -> None:
    made = board(0, 100, 200, 300)
    news = acknowledge(made, 250)
    assert (news.acked, news.oldest_acked, news.newest_acked) == (250, 0, 1)
    assert live(made) == [(250, 300)]
    assert not news.resent


def test_an_ack_that_finishes_nothing() -> None:
    made = board(0, 100)
    assert acknowledge(made, 50).oldest_acked == NOTHING, "half a segment is no sample"
    assert live(made) == [(50, 100)]


def test_karn_a_range_sent_twice_makes_the_ack_ambiguous() -> None:
    """MUST-18: also when the ACK only reaches into it."""
    made = board(0, 100, 200)
    made.sent_again(0, 5)
    assert acknowledge(made, 50).resent
    assert acknowledge(made, 100).resent
    assert not acknowledge(made, 200).resent


def test_the_syn_goes_with_its_first_octet_and_the_fin_with_the_last() -> None:
    made = Scoreboard()
    made.add(Sent(0, 11, 0, SYN, 100))
    acknowledge(made, 1)
    assert made.front().flags == 0
    made = board(0, 101, flags=FIN)
    made.split(0, 50)
    assert [sent.flags for sent in made.ranges] == [0, FIN]


def test_a_half_remembers_what_the_whole_went_through() -> None:
    """R2 counts from the first transmission (MUST-20), Karn from how many there were."""
    made = board(0, 100)
    made.sent_again(0, 50)
    made.mark_lost(0)
    made.split(0, 30)
    left, right = made.ranges
    for half in (left, right):
        assert (half.first_sent, half.sent_at, half.transmissions, half.lost) == (0, 50, 2, True)
    assert (left.end, right.start, right.end) == (30, 30, 100)


def test_sack_splits_and_counts_only_what_is_new() -> None:
    """RFC 2018 §4."""
    made = board(0, 100, 200, 300)
    assert sack(made, 50, 150) == 100
    assert live(made) == [(0, 50), (50, 150), (150, 200), (200, 300)]
    assert made.sacked_octets == 100
    assert sack(made, 50, 200) == 50
    assert made.highest_sacked == 200


def test_sacked_octets_leave_the_count_when_acknowledged() -> None:
    made = board(0, 100, 200)
    sack(made, 100, 200)
    acknowledge(made, 150)
    assert made.sacked_octets == 50


def test_lost_octets_are_due_from_the_front() -> None:
    made = board(0, 100, 200, 300)
    made.mark_all_lost()
    assert made.lost_octets == 300
    assert made.next_lost() == 0
    made.sent_again(0, 9)
    assert made.next_lost() == 1
    assert made.lost_octets == 200
    assert made.ranges[0].transmissions == 2
    assert made.ranges[0].first_sent == 0


def test_what_is_sacked_is_not_lost() -> None:
    made = board(0, 100, 200, 300)
    sack(made, 100, 200)
    made.mark_all_lost()
    assert made.lost_octets == 200
    assert sack(made, 200, 300) == 100
    assert made.lost_octets == 100


def test_one_mss_of_the_front_is_lost() -> None:
    """RFC 5681 §3.2: the segment that appears to be missing, no more."""
    made = board(0, 300, 400)
    sack(made, 0, 50)
    assert made.mark_front_lost(100)
    assert live(made) == [(0, 50), (50, 150), (150, 300), (300, 400)]
    assert made.next_lost() == 1
    sack(made, 0, 400)
    assert not made.mark_front_lost(100)


def test_a_peer_that_reneges() -> None:
    """RFC 2018 §8: SACKed data may be forgotten by the peer."""
    made = board(0, 100, 200)
    sack(made, 0, 200)
    made.forget_sacks()
    assert made.sacked_octets == 0
    made.mark_all_lost()
    assert made.lost_octets == 200


edges = st.lists(st.integers(1, 500), min_size=2, max_size=20, unique=True)
deeds = st.lists(
    st.tuples(st.sampled_from(["ack", "sack", "front", "all", "again"]), st.integers(0, 500)),
    max_size=30,
)


@given(edges, deeds, st.sampled_from([0, 40]))
def test_the_counts_are_the_sums(
    cuts: list[int], actions: list[tuple[str, int]], unit: int
) -> None:
    made = board(0, *sorted(cuts))
    made.set_unit(unit)
    end = max(cuts)
    for name, number in actions:
        if name == "ack":
            if not made.empty():
                acknowledge(made, min(number, end))
        elif name == "sack":
            sack(made, number, min(number + 70, end))
        elif name == "front":
            made.mark_front_lost(30)
        elif name == "all":
            made.mark_all_lost()
        elif made.next_lost() >= 0:
            made.sent_again(made.next_lost(), number)
        ranges = made.ranges[made.head :]
        assert made.flight_octets == sum(r.cost for r in ranges)
        assert made.sacked_octets == sum(r.cost for r in ranges if r.sacked)
        assert made.lost_octets == sum(r.cost for r in ranges if r.lost)
        assert made.resent_octets == sum(r.cost for r in ranges if r.resent)
        assert all(r.cost == made.cost_of(r.start, r.end, r.flags) for r in ranges if not r.sacked)
        assert not any(r.resent and (r.sacked or r.lost) for r in ranges)
        assert not any(r.lost and r.sacked for r in ranges)
        assert all(r.start < r.end for r in ranges)
        firsts = [i for i, r in enumerate(made.ranges) if i >= made.head and r.lost]
        assert made.next_lost() == (firsts[0] if firsts else -1)


def test_received_neighbours_become_one_range() -> None:
    """Each ACK repeats the block it extends; its cost must not grow with the block."""
    made = board(*range(0, 200_100, 100))
    for number in range(1, 2000):
        sack(made, 100, (number + 1) * 100)
    assert len(made.ranges) == 2
    assert made.sacked_octets == 1999 * 100
    assert (made.ranges[1].start, made.ranges[1].end) == (100, 200_000)


def test_a_hole_that_closes_joins_both_sides() -> None:
    made = board(*range(0, 600, 100))
    sack(made, 100, 200)
    sack(made, 300, 400)
    sack(made, 200, 300)
    assert [(r.start, r.end, r.sacked) for r in made.ranges] == [
        (0, 100, False),
        (100, 400, True),
        (400, 500, False),
    ]


def test_where_segments_are_counted_a_small_one_takes_a_whole_one() -> None:
    """Linux counts packets_out; a FIN rides for nothing."""
    made = Scoreboard()
    made.set_unit(100)
    made.add(Sent(0, 10, 0, 0, 100))
    made.add(Sent(10, 311, 1, FIN, 100))
    assert [sent.cost for sent in made.ranges] == [100, 300]
    assert made.flight_octets == 400


def test_part_of_a_segment_counts_as_not_received_where_segments_are_counted() -> None:
    """Linux tcp_match_skb_to_sack(); the octets of RFC 2018 count otherwise."""
    made = board(0, 400, 500)
    made.set_unit(100)
    assert sack(made, 350, 400) == 0
    assert sack(made, 450, 500) == 0
    assert sack(made, 0, 50) == 0
    assert sack(made, 250, 400) == 100
    assert live(made) == [(0, 300), (300, 400), (400, 500)]
    plain = board(0, 400)
    assert sack(plain, 350, 400) == 50


def test_small_neighbours_go_again_as_one() -> None:
    """Linux tcp_retrans_try_collapse(): what fits, up to what the peer has or the window ends."""
    made = board(0, 30, 60, 90, 120)
    made.mark_all_lost()
    made.collapse(0, 100, 1000)
    assert live(made) == [(0, 90), (90, 120)]
    assert made.lost_octets == made.flight_octets == 120
    made.collapse(0, 200, 100)
    assert live(made) == [(0, 90), (90, 120)], "beyond the window"
    sack(made, 90, 120)
    made.collapse(0, 200, 1000)
    assert live(made) == [(0, 90), (90, 120)], "the peer has it"


def test_a_lone_fin_joins_the_text_before_it() -> None:
    made = Scoreboard()
    made.add(Sent(0, 100, 0, 0, 100))
    made.add(Sent(100, 101, 0, FIN, 100))
    made.mark_all_lost()
    made.collapse(0, 100, 1000)
    assert live(made) == [(0, 101)]
    assert made.front().flags == FIN


def test_retransmissions_that_are_through_are_forgotten() -> None:
    """Also where nobody looks at them by time (RFC 8985)."""
    made = board(*range(0, 2100, 100))
    for index in range(20):
        made.mark_lost(made.head)
        made.sent_again(made.head, 100 + index)
        acknowledge(made, (index + 1) * 100)
    assert made.resent_queue is not None
    assert len(made.resent_queue) <= 1
