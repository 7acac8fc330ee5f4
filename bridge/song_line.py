"""SongLine: where the song is at any moment, and when it is anywhere."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class SongLine:
    """Song position as a function of time: straight, but for a small correction that is spread over a moment.

    Attributes:
        at_s: where the line is held, on the clock that all are given.
        quarters: song position at `at_s`.
        bpm: quarters a minute.
        running: False where the song stands still at `quarters`.
        epoch: another number after each start and each jump of any song; within one the position never goes back.
        correction_quarters: what is gained, or lost where negative, between `at_s` and `over_s` later.
        over_s: how long that takes, > 0; long enough for the position to go on rising.
    """

    at_s: float
    quarters: float
    bpm: float
    running: bool = False
    epoch: int = 0
    correction_quarters: float = 0.0
    over_s: float = 1.0

    @property
    def quarters_a_second(self) -> float:
        """The tempo, corrections apart."""
        return self.bpm / 60

    def quarters_at(self, time_s: float) -> float:
        """Song position at a moment, before `at_s` too."""
        if not self.running:
            return self.quarters
        passed_s = time_s - self.at_s
        corrected = self.correction_quarters * min(max(passed_s / self.over_s, 0.0), 1.0)
        return self.quarters + passed_s * self.quarters_a_second + corrected

    def time_of(self, quarters: float) -> float:
        """When a running song is at a position, before `at_s` too."""
        distance = quarters - self.quarters
        if distance <= 0:
            return self.at_s + distance / self.quarters_a_second
        steep = self.quarters_a_second + self.correction_quarters / self.over_s
        if distance <= steep * self.over_s:
            return self.at_s + distance / steep
        return self.at_s + (distance - self.correction_quarters) / self.quarters_a_second

    def held_at(self, now_s: float) -> SongLine:
        """The same line, held now, and straight from here on; not sooner than where it is held already."""
        now_s = max(now_s, self.at_s)
        return replace(self, at_s=now_s, quarters=self.quarters_at(now_s), correction_quarters=0.0)
