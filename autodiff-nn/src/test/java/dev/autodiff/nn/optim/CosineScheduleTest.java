package dev.autodiff.nn.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.autodiff.nn.Goldens;
import org.junit.jupiter.api.Test;

class CosineScheduleTest {
    /** PyTorch computes the cosine by a recursion, which gathers some rounding. */
    private static final double ROUNDING = 1e-14;

    @Test
    void ratesAreThoseOfTheGoldenFile() {
        int compared = 0;
        for (JsonElement element : Goldens.read("schedulers.json").getAsJsonArray("cases")) {
            JsonObject c = element.getAsJsonObject();
            JsonObject options = c.getAsJsonObject("options");
            CosineSchedule schedule;
            if (c.get("name").getAsString().equals("CosineAnnealingLR")) {
                schedule = CosineSchedule.of(
                                c.get("base_lr").getAsDouble(),
                                options.get("T_max").getAsLong())
                        .withFloor(options.get("eta_min").getAsDouble());
            } else if (options.has("W") && options.has("N")) {
                schedule = CosineSchedule.of(
                                c.get("base_lr").getAsDouble(), options.get("N").getAsLong())
                        .withWarmup(options.get("W").getAsLong());
            } else {
                continue;
            }
            double[] rates = Goldens.numbers(c.get("lrs"));
            for (int i = 0; i < rates.length && i <= schedule.total(); i++) { // PyTorch's goes up again after the end
                assertEquals(rates[i], schedule.at(i), ROUNDING, c.get("name") + " at " + i);
            }
            compared++;
        }
        assertTrue(compared >= 2, "compared " + compared);
    }

    @Test
    void itEndsAtItsFloorAndStaysThere() {
        CosineSchedule schedule = CosineSchedule.of(0.2, 10).withFloor(0.01);
        assertEquals(0.2, schedule.at(0));
        assertEquals(0.01, schedule.at(10));
        assertEquals(0.01, schedule.at(Long.MAX_VALUE));
        assertEquals(0, CosineSchedule.of(0.2, 10).at(10));
    }

    @Test
    void rangesAreChecked() {
        assertThrows(IllegalArgumentException.class, () -> CosineSchedule.of(0.1, 0));
        assertThrows(IllegalArgumentException.class, () -> CosineSchedule.of(-0.1, 5));
        assertThrows(
                IllegalArgumentException.class, () -> CosineSchedule.of(0.1, 5).withWarmup(5));
        assertThrows(
                IllegalArgumentException.class, () -> CosineSchedule.of(0.1, 5).withFloor(0.2));
        assertThrows(
                IllegalArgumentException.class, () -> CosineSchedule.of(0.1, 5).at(-1));
    }
}
