package dev.autodiff.examples.goldens;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.function.BiFunction;

/**
 * The units of one list of a golden file.
 *
 * @param family the name under which the results are counted
 * @param operations whether this is one of the operation families, over which the last line counts
 * @param units the entries, each with its id
 * @param check compares one entry with the library; what the library does not know is an {@link UnknownException}
 */
record Suite(String family, boolean operations, List<Unit> units, BiFunction<Unit, Precision, Verdict> check) {
    /** One entry of a list; {@code file} is the whole document, which some entries refer to. */
    record Unit(String id, JsonObject entry, JsonObject file) {}

    Suite {
        units = List.copyOf(units);
    }

    /** Checks one unit; any exception of the library is a failure. */
    Verdict check(Unit unit, Precision precision) {
        try {
            return check.apply(unit, precision);
        } catch (UnknownException e) {
            return new Verdict.Unknown(e.getMessage() == null ? "?" : e.getMessage());
        } catch (GoldenFormatException e) {
            throw new GoldenFormatException(unit.id() + ": " + e.getMessage());
        } catch (RuntimeException | StackOverflowError e) {
            return new Verdict.Failed(List.of(Mismatch.of("exception", e.toString(), "a result")));
        }
    }
}
