package dev.autodiff.examples.goldens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GoldensTest {
    private static final Path FOLDER = Path.of("src", "test", "resources", "goldens");

    @TempDir
    Path temporary;

    @Test
    void everyKnownOperationAgreesWithWhatWasRecorded() throws IOException {
        Report report = GoldensProgram.run(GoldenFiles.read(FOLDER), Precision.FLOAT64);
        assertEquals(List.of(), report.failures());
        assertEquals("720 passed, 0 failed, 0 unknown", report.summary());
    }

    @Test
    void everyKnownOperationAgreesInFloat32() throws IOException {
        Report report = GoldensProgram.run(
                GoldenFiles.read(FOLDER).stream().filter(Suite::operations).toList(), Precision.FLOAT32);
        assertEquals(List.of(), report.failures());
        assertEquals("720 passed, 0 failed, 0 unknown", report.summary());
    }

    @Test
    void brokenExpectationsFailWithTheIndexAndBothNumbers() throws IOException {
        Path folder = folder("x", "cases", CASE.replace("[2.0,4.0]", "[2.0,4.5]"));
        Report report = GoldensProgram.run(GoldenFiles.read(folder), Precision.FLOAT64);
        assertEquals("0 passed, 1 failed, 0 unknown", report.summary());
        String text = printed(report);
        assertTrue(text.contains("x/mul/000  output 0[1]: got 4, want 4.5"), text);
    }

    @Test
    void brokenGradientsFail() throws IOException {
        Path folder = folder("x", "cases", CASE.replace("[2.0,2.0]", "[2.0,2.000001]"));
        Report report = GoldensProgram.run(GoldenFiles.read(folder), Precision.FLOAT64);
        assertEquals("0 passed, 1 failed, 0 unknown", report.summary());
        assertTrue(printed(report).contains("grad of input[1]"), printed(report));
    }

    @Test
    void unknownOperationsAndArgumentsAreNeverPassedInSilence() throws IOException {
        Path folder = folder(
                "x",
                "cases",
                CASE,
                CASE.replace("\"mul_scalar\"", "\"frobnicate\""),
                CASE.replace("\"other\":2.0", "\"other\":2.0,\"rounding\":\"up\""));
        Report report = GoldensProgram.run(GoldenFiles.read(folder), Precision.FLOAT64);
        assertEquals("1 passed, 0 failed, 2 unknown", report.summary());
        assertTrue(printed(report).contains("frobnicate"), printed(report));
        assertTrue(printed(report).contains("mul_scalar(rounding)"), printed(report));
    }

    @Test
    void refusalsNeedAnExceptionThatNamesTheFault() throws IOException {
        String refused = """
                {"id":"errors/reshape/000","op":"reshape","args":{"shape":[4,2]},
                "inputs":[{"dtype":"float64","shape":[2],"data":[1.0,2.0]}],"raises":"RuntimeError","message":"wrong size"}""";
        Report report = GoldensProgram.run(
                GoldenFiles.read(folder("errors", "cases", refused, refused.replace("[4,2]", "[2,1]"))),
                Precision.FLOAT64);
        assertEquals("1 passed, 1 failed, 0 unknown", report.summary());
    }

    @Test
    void actsThatTheLibraryMakesImpossibleAreListed() throws IOException {
        String act = """
                {"id":"errors/inplace_leaf/000","op":"inplace_leaf","args":{},
                "inputs":[{"dtype":"float64","shape":[1],"data":[1.0]}],"raises":"RuntimeError","message":"a leaf"}""";
        Report report = GoldensProgram.run(GoldenFiles.read(folder("errors", "cases", act)), Precision.FLOAT64);
        assertEquals("1 passed, 0 failed, 0 unknown", report.summary());
        assertTrue(printed(report).contains("refused by design: errors/inplace_leaf/000"), printed(report));
    }

    @Test
    void damagedFilesAreNamed() throws IOException {
        Path folder = folder("x", "cases", CASE);
        for (String damaged : List.of("", "{", "[]", "{\"cases\":{}}", "{\"cases\":[{\"op\":1}]}", "{} {}")) {
            Files.writeString(folder.resolve("y.json"), damaged);
            GoldenFormatException e = assertThrows(GoldenFormatException.class, () -> GoldenFiles.read(folder));
            assertTrue(String.valueOf(e.getMessage()).contains("y.json"), e.getMessage());
        }
    }

    @Test
    void tensorsWithTooFewNumbersAreNamed() throws IOException {
        Path folder = folder("x", "cases", CASE.replace("\"shape\":[2]", "\"shape\":[3]"));
        List<Suite> suites = GoldenFiles.read(folder);
        GoldenFormatException e =
                assertThrows(GoldenFormatException.class, () -> GoldensProgram.run(suites, Precision.FLOAT64));
        assertTrue(String.valueOf(e.getMessage()).contains("expected 3 elements"), e.getMessage());
    }

    private static final String CASE = """
            {"id":"x/mul/000","op":"mul_scalar","args":{"other":2.0},
            "inputs":[{"name":"input","dtype":"float64","shape":[2],"data":[1.0,2.0],"requires_grad":true}],
            "outputs":[{"dtype":"float64","shape":[2],"data":[2.0,4.0]}],
            "cotangents":[{"dtype":"float64","shape":[2],"data":[1.0,1.0]}],
            "grads":[{"dtype":"float64","shape":[2],"data":[2.0,2.0]}]}""";

    private Path folder(String family, String list, String... entries) throws IOException {
        Path folder = Files.createDirectories(temporary.resolve("goldens"));
        Files.writeString(
                folder.resolve(family + ".json"),
                "{\"" + list + "\":[" + List.of(entries).stream().collect(Collectors.joining(",")) + "]}");
        return folder;
    }

    private static String printed(Report report) {
        StringWriter text = new StringWriter();
        report.print(new PrintWriter(text));
        return text.toString();
    }
}
