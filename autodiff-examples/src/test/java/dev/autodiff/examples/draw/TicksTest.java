package dev.autodiff.examples.draw;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class TicksTest {
    private static List<String> labels(double low, double high, boolean logarithmic, int room, double least) {
        return new Ticks.Axis(low, high, logarithmic, room, least)
                .ticks().stream()
                        .map(Ticks.Tick::label)
                        .filter(label -> !label.isEmpty())
                        .toList();
    }

    @Test
    void linearAxesHaveRoundNumbers() {
        assertEquals(List.of("0", "200", "400", "600", "800", "1000"), labels(0, 1000, false, 8, 0));
        assertEquals(List.of("0.0", "0.5", "1.0", "1.5", "2.0", "2.5", "3.0"), labels(0, 3, false, 10, 0));
    }

    @Test
    void whereOnlyWholeNumbersMeanSomethingThereAreNoOthers() {
        assertEquals(List.of("0", "1", "2", "3"), labels(0, 3, false, 10, 1));
    }

    @Test
    void logarithmicAxesHavePowersOfTenAsFarAsThereIsRoom() {
        assertEquals(List.of("10⁻¹²", "10⁻⁹", "10⁻⁶", "10⁻³", "10⁰"), labels(1e-12, 10, true, 6, 0));
        assertEquals(List.of("0.01", "0.1", "1", "10", "100"), labels(0.01, 100, true, 10, 0));
    }

    @Test
    void overFewDecadesTheDoubleAndTheFivefoldHaveLabelsToo() {
        assertEquals(List.of("2", "5", "10", "20"), labels(2, 20, true, 10, 0));
        assertEquals(List.of("0.02", "0.05", "0.1", "0.2", "0.5"), labels(0.015, 0.7, true, 10, 0), "a single power");
    }

    @Test
    void linesStandBetweenFewPowersAndNotBetweenMany() {
        assertEquals(
                4 * 9 + 1,
                new Ticks.Axis(0.01, 100, true, 10, 0)
                        .ticks().stream()
                                .filter(tick -> tick.at() > 0.0099 && tick.at() < 101)
                                .count());
        assertEquals(
                0,
                new Ticks.Axis(1e-12, 10, true, 20, 0)
                        .ticks().stream().filter(tick -> tick.label().isEmpty()).count());
    }

    @Test
    void aSingleValueIsLeftToTheChart() {
        assertEquals(List.of(), labels(3, 3, true, 10, 0));
    }
}
