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

    private Report run(String family, String... cases) throws IOException {
        return GoldensProgram.run(GoldenFiles.read(folder(family, "cases", cases)), Precision.FLOAT64);
    }

    /** PyTorch 1.13.1 records the second row in forward mode, beside a gradient of 0. */
    @Test
    void theForwardModeOfAnEmbeddingMayObeyThePaddingIndex() throws IOException {
        String embedding = """
                {"id":"shape/embedding/000","op":"embedding","args":{"padding_idx":-1},
                "inputs":[{"name":"input","dtype":"int64","shape":[2],"data":[0,1],"requires_grad":false},
                {"name":"weight","dtype":"float64","shape":[2,1],"data":[3.0,4.0],"requires_grad":true}],
                "outputs":[{"dtype":"float64","shape":[2,1],"data":[3.0,4.0]}],
                "cotangents":[{"dtype":"float64","shape":[2,1],"data":[1.0,2.0]}],
                "grads":[null,{"dtype":"float64","shape":[2,1],"data":[1.0,0.0]}],
                "tangents":[null,{"dtype":"float64","shape":[2,1],"data":[5.0,6.0]}],
                "jvps":[{"dtype":"float64","shape":[2,1],"data":[5.0,6.0]}]}""";
        Report report = run(
                "shape",
                embedding,
                embedding.replace("[5.0,6.0]}]}", "[5.0,0.0]}]}"),
                embedding
                        .replace("\"padding_idx\":-1", "")
                        .replace("[1.0,0.0]", "[1.0,2.0]")
                        .replace("[5.0,6.0]}]}", "[5.0,0.0]}]}"));
        assertEquals("2 passed, 1 failed, 0 unknown", report.summary());
    }

    @Test
    void aForwardDerivativeThatIsRightlyNaNPasses() throws IOException {
        Report report = run("reduce", """
                {"id":"reduce/mean/000","op":"mean","args":{},
                "inputs":[{"name":"input","dtype":"float64","shape":[0],"data":[],"requires_grad":true}],
                "outputs":[{"dtype":"float64","shape":[],"data":["NaN"]}],
                "cotangents":[{"dtype":"float64","shape":[],"data":[1.0]}],
                "grads":[{"dtype":"float64","shape":[0],"data":[]}],
                "tangents":[{"dtype":"float64","shape":[0],"data":[]}],
                "jvps":[{"dtype":"float64","shape":[],"data":["NaN"]}]}""");
        assertEquals("1 passed, 0 failed, 0 unknown", report.summary());
    }

    /** Arguments of PyTorch's that this library spells differently. */
    @Test
    void argumentsAreTakenInAllOfPyTorchsForms() throws IOException {
        Report report = run("x", """
                {"id":"x/softmax/000","op":"softmax","args":{"dim":-1},
                "inputs":[{"dtype":"float64","shape":[],"data":[3.0]}],"outputs":[{"dtype":"float64","shape":[],"data":[1.0]}]}""", """
                {"id":"x/squeeze/000","op":"squeeze","args":{"dim":0},
                "inputs":[{"dtype":"float64","shape":[],"data":[3.0]}],"outputs":[{"dtype":"float64","shape":[],"data":[3.0]}]}""", """
                {"id":"x/transpose/000","op":"transpose","args":{"dim0":0,"dim1":-1},
                "inputs":[{"dtype":"float64","shape":[],"data":[3.0]}],"outputs":[{"dtype":"float64","shape":[],"data":[3.0]}]}""", """
                {"id":"x/adaptive_avg_pool2d/000","op":"adaptive_avg_pool2d","args":{"output_size":[null,1]},
                "inputs":[{"dtype":"float64","shape":[1,2,2],"data":[1.0,3.0,5.0,9.0]}],
                "outputs":[{"dtype":"float64","shape":[1,2,1],"data":[2.0,7.0]}]}""", """
                {"id":"x/topk/000","op":"topk","args":{"k":1,"sorted":false},
                "inputs":[{"dtype":"float64","shape":[2],"data":[1.0,3.0]}],
                "outputs":[{"dtype":"float64","shape":[1],"data":[3.0]},{"dtype":"int64","shape":[1],"data":[1]}]}""", """
                {"id":"x/mse_loss/000","op":"mse_loss","args":{"reduction":"sum"},
                "inputs":[{"dtype":"float64","shape":[2],"data":[1.0,3.0]},{"dtype":"float64","shape":[],"data":[1.0]}],
                "outputs":[{"dtype":"float64","shape":[],"data":[4.0]}]}""");
        assertEquals(List.of(), report.failures());
        assertEquals("6 passed, 0 failed, 0 unknown", report.summary());
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
