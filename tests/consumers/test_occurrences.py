"""The fold from facts to occurrences, as properties and on the cases that were argued about."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from consumers.occurrences import (
    FOREVER,
    RANK,
    Clock,
    Closure,
    Lead,
    Link,
    Report,
    Retraction,
    State,
    Version,
    fold,
    occurrence_id,
)  # fmt: skip

A, B, C = (Report("bridge", f"r{n}") for n in "abc")


def version(report: Report, at: int, number: int = 1, token: str | None = "t", **changes: object) -> Version:
    told: dict[str, object] = {
        "report": report, "source": "s", "version": number, "nil": False, "recorded": at, "filed": at, "order": (0, at),
        "tokens": (("test", "form", token),) if token else (), "severity": "NONE", "month": "2023-09",
        "near_miss": False, "reporter": report.report_id, "is_copy": False, "compared": (("severity", "NONE"),),
    }  # fmt: skip
    return Version(**(told | changes))  # type: ignore[arg-type]


def at(history: dict[Lead, list[State]], moment: int) -> dict[str, State]:
    return {
        lead[2]: state
        for lead, states in history.items()
        for state in states
        if state.valid_from <= moment < state.valid_to
    }


def live(history: dict[Lead, list[State]], moment: int) -> dict[str, set[str]]:
    return {k: {m.report_id for m in s.members} for k, s in at(history, moment).items() if s.status == "LIVE"}


def test_equal_tokens_are_one_occurrence_led_by_the_first_filed() -> None:
    history = fold(Closure([version(B, 1, filed=5), version(A, 2, filed=3)]), "recorded")
    assert live(history, 1) == {"rb": {"rb"}}
    assert live(history, 2) == {"ra": {"ra", "rb"}}
    assert at(history, 2)["rb"].to_id == occurrence_id(("bridge", "s", "ra"))


def test_only_the_latest_token_counts_and_who_is_left_behind_gets_his_own_id() -> None:
    history = fold(Closure([version(A, 1), version(B, 2), version(A, 3, 2, "other")]), "recorded")
    assert live(history, 2) == {"ra": {"ra", "rb"}}
    assert live(history, 3) == {"ra": {"ra"}, "rb": {"rb"}}


def test_a_blank_token_joins_nothing_and_two_of_one_scheme_join_nothing() -> None:
    two = (("test", "form", "t"), ("test", "form", "u"))
    history = fold(Closure([version(A, 1, token=None), version(B, 2), version(C, 3, tokens=two)]), "recorded")
    assert live(history, 3) == {"ra": {"ra"}, "rb": {"rb"}, "rc": {"rc"}}


def test_tokens_do_not_join_across_publishers() -> None:
    other = Report("rival", "ra")
    history = fold(Closure([version(A, 1), version(other, 2)]), "recorded")
    assert sorted(len(s.members) for states in history.values() for s in states if s.valid_to == FOREVER) == [1, 1]


def test_a_retraction_takes_back_what_was_recorded_by_then() -> None:
    closure = Closure([version(A, 1), version(B, 2)], [Retraction(A, 3)])
    history = fold(closure, "recorded")
    assert live(history, 3) == {"rb": {"rb"}}
    assert at(history, 3)["ra"].status == "RETRACTED"
    closure.versions.append(version(A, 4, 2))
    assert live(fold(closure, "recorded"), 4) == {"ra": {"ra", "rb"}}


def test_a_nil_return_is_no_occurrence_until_a_version_says_otherwise() -> None:
    history = fold(Closure([version(A, 1, nil=True, token=None), version(A, 2, 2)]), "recorded")
    assert live(history, 1) == {}
    assert live(history, 2) == {"ra": {"ra"}}


def test_copies_are_no_voices_and_conflicts_are_named() -> None:
    copy = version(B, 2, is_copy=True, severity="FATAL", compared=(("severity", "FATAL"),))
    state = at(fold(Closure([version(A, 1), copy]), "recorded"), 2)["ra"]
    assert (state.voices, state.copies, state.reporters) == (1, 1, ("ra", "rb"))
    assert (state.severity, state.conflicting_fields) == ("FATAL", ("severity",))


def link(org: str, a: Report, b: Report, relation: str, when: int, role: str = "PUBLIC_RECORDS") -> Link:
    return Link(org, role, a, b, relation, "MANUAL", when, (0, when))


def test_who_may_change_a_count() -> None:
    apart = [version(A, 1, token="x"), version(B, 2, token="y")]
    same, rival = "SAME_OCCURRENCE", Report("rival", "rb")
    assert live(fold(Closure(apart, [], [link("bridge", A, B, same, 3)]), "recorded"), 3) == {"ra": {"ra", "rb"}}
    assert len(live(fold(Closure(apart, [], [link("rival", A, B, same, 3)]), "recorded"), 3)) == 2
    assert len(live(fold(Closure(apart, [], [link("judge", A, B, same, 3, "REGULATOR")]), "recorded"), 3)) == 1
    across = [version(A, 1, token=None), version(rival, 2, token=None)]
    one = [link("bridge", A, rival, same, 3)]
    assert len(live(fold(Closure(across, [], one), "recorded"), 4)) == 2
    both = [*one, link("rival", A, rival, same, 4)]
    assert len(live(fold(Closure(across, [], both), "recorded"), 4)) == 1


def test_not_same_keeps_apart_what_a_token_joins() -> None:
    reports = [version(A, 1), version(B, 2), version(C, 3)]
    history = fold(Closure(reports, [], [link("bridge", A, B, "NOT_SAME", 4)]), "recorded")
    assert live(history, 3) == {"ra": {"ra", "rb", "rc"}}
    assert live(history, 4) == {"ra": {"ra", "rc"}, "rb": {"rb"}}


moments = st.integers(1, 6)
versions = st.builds(
    lambda report, number, token, recorded, filed, nil, severity: version(
        report, recorded, number, token, filed=filed, nil=nil, severity=severity
    ),
    st.sampled_from([A, B, C]), st.integers(1, 3), st.sampled_from([None, "t", "u"]), moments, moments, st.booleans(),
    st.sampled_from(list(RANK)),
)  # fmt: skip


def placed(found: list[Version], retractions: list[Retraction], judgements: list[Link]) -> Closure:
    """No two records lie at the same coordinates."""
    return Closure(
        [v._replace(order=(0, offset)) for offset, v in enumerate(found)],
        retractions,
        [judgement._replace(order=(1, offset)) for offset, judgement in enumerate(judgements)],
    )


closures = st.builds(
    placed,
    st.lists(versions, max_size=7),
    st.lists(st.builds(Retraction, st.sampled_from([A, B, C]), moments), max_size=2),
    st.lists(
        st.builds(link, st.sampled_from(["bridge", "rival"]), st.sampled_from([A, B]), st.sampled_from([B, C]),
                  st.sampled_from(["SAME_OCCURRENCE", "NOT_SAME", "RELATED"]), moments),
        max_size=3,
    ),
)  # fmt: skip


@settings(max_examples=300)
@given(closures, moments)
def test_what_was_held_at_a_moment_does_not_depend_on_what_came_later(closure: Closure, moment: int) -> None:
    cut = Closure(
        [v for v in closure.versions if v.recorded <= moment],
        [r for r in closure.retractions if r.at <= moment],
        [judgement for judgement in closure.links if judgement.at <= moment],
    )
    whole, then = at(fold(closure, "recorded"), moment), at(fold(cut, "recorded"), moment)
    assert {lead: vars_of(state) for lead, state in whole.items()} == {lead: vars_of(s) for lead, s in then.items()}


@given(closures, st.sampled_from(["recorded", "filed"]))
def test_states_follow_each_other_and_every_standing_report_is_in_one_occurrence(
    closure: Closure, clock: Clock
) -> None:
    history = fold(closure, clock)
    for states in history.values():
        assert all(a.valid_to == b.valid_from for a, b in pairwise(states))
        assert states[-1].valid_to == FOREVER
    for moment in range(1, 7):
        members = [m for state in at(history, moment).values() if state.status == "LIVE" for m in state.members]
        assert len(members) == len(set(members))


@given(closures, st.randoms(use_true_random=False))
def test_the_order_in_which_facts_are_read_does_not_matter(closure: Closure, random: object) -> None:
    shuffled = Closure(list(closure.versions), list(closure.retractions), list(closure.links))
    for facts in (shuffled.versions, shuffled.retractions, shuffled.links):
        random.shuffle(facts)  # type: ignore[attr-defined]
    assert fold(shuffled, "recorded") == fold(closure, "recorded")


def vars_of(state: State) -> tuple[object, ...]:
    return (state.status, state.to_id, state.members, state.severity, state.month, state.reporters, state.voices)
