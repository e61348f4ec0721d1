package dev.autodiff.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.autodiff.Tensor;
import dev.autodiff.examples.lessons.Lessons;
import dev.autodiff.examples.mnist.MnistData;
import dev.autodiff.examples.page.LessonProgram;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
    private static final Path TEST_IMAGES =
            Path.of("src", "main", "resources", "dev", "autodiff", "examples", "mnist", "t10k-images-idx3-ubyte.gz");

    @TempDir
    static Path temporary;

    private static Path trained;
    private static Result training;

    private record Result(int code, String out, String err) {}

    private static Result run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
        return new Result(code, out.toString(), err.toString());
    }

    @BeforeAll
    static void trainOnce() {
        trained = temporary.resolve("trained");
        training = run("mnist", "--epochs", "2", "--limit", "3000", "--out", trained.toString());
    }

    @Test
    void withoutArgumentsThePrograms() {
        Result result = run();
        assertEquals(0, result.code);
        List<String> expected = new ArrayList<>(List.of("Main jobs", "mnist", "predict", "explain", "Lectures"));
        Lessons.all()
                .forEach(lesson -> expected.add(LessonProgram.command(lesson).getCommandName()));
        expected.addAll(List.of("Tools", "goldens", "bench", "notebooks"));
        assertEquals(
                expected,
                result.out
                        .lines()
                        .filter(line -> !line.startsWith("   ")) // the rest of a description
                        .map(line -> line.startsWith("  ") ? line.strip().split(" ", 2)[0] : line)
                        .toList());
    }

    @Test
    void listAndHelpAreNoWiderThanAHundredColumns() {
        List<String> programs =
                new ArrayList<>(List.of("mnist", "predict", "explain", "goldens", "bench", "notebooks"));
        Lessons.all()
                .forEach(lesson -> programs.add(LessonProgram.command(lesson).getCommandName()));
        assertNarrow(run());
        assertNarrow(run("--help"));
        programs.forEach(program -> assertNarrow(run(program, "--help")));
    }

    private static void assertNarrow(Result result) {
        assertEquals(0, result.code, result.err);
        assertEquals(
                List.of(),
                result.out
                        .lines()
                        .filter(line -> line.codePointCount(0, line.length()) > 100)
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"xor", "powell", "222", "softmax"})
    void explainPrintsTheStepsAndWritesThePage(String graph) throws IOException {
        Path out = temporary.resolve("explain");
        Result result = run("explain", graph, "--no-open", "--out", out.toString());
        assertEquals(0, result.code, result.err);
        assertTrue(result.out.startsWith("Backpropagation from "), result.out);
        assertTrue(result.out.contains(" agree with differences, 0 differ."), result.out);
        Path page = out.resolve(graph + ".html");
        assertTrue(result.out.contains("The page with the graph: " + page + "; open it in a browser"), result.out);
        assertTrue(Files.readString(page).contains("<title>Backpropagation from "), page::toString);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "frobnicate | frobnicate",
                "xro | did you mean xor?",
                "perceptrons | did you mean perceptron?",
                "explain nothing | GRAPH",
                "mnist --epochs 0 | --epochs",
                "mnist --epochs many | --epochs",
                "mnist --batch 0 | --batch",
                "mnist --batch 60000 | --batch",
                "mnist --lr -1 | --lr",
                "mnist --lr NaN | --lr",
                "mnist --optimizer lbfgs | --optimizer",
                "mnist --hidden 128,,64 | --hidden",
                "mnist --hidden 0 | --hidden",
                "mnist --seed x | --seed",
                "mnist --threads 0 | --threads",
                "mnist --dtype float16 | --dtype",
                "mnist --validation 60000 | --validation",
                "mnist --frobnicate | --frobnicate",
                "mnist --epoch 3 | did you mean --epochs?",
                "gradient --arrows 1 | --arrows",
                "gradient --arrows many | --arrows",
                "two-layer --lr NaN | --lr",
                "predict some.png | --model",
                "predict --model m images.gz | --index",
                "goldens | DIR",
                "goldens --dtype int64 . | --dtype",
                "bench --only W1,W8 | --only",
                "bench --peers numpy | --peers"
            })
    void wrongUsageIsNamedAndEndsWithTwo(String arguments, String named) {
        Result result = run(arguments.split(" ", -1));
        assertEquals(2, result.code, result.err);
        assertTrue(result.err.contains(named), result.err);
        assertEquals(1, result.err.lines().count(), result.err);
        assertEquals("", result.out);
    }

    @Test
    void folderThatCannotBeWrittenIsRefusedBeforeTheTraining() throws IOException {
        Path file = Files.writeString(temporary.resolve("occupied"), "a file");
        Result result = run("mnist", "--out", file.toString());
        assertEquals(1, result.code);
        assertTrue(result.err.contains("--out"), result.err);
        assertFalse(result.out.contains("epoch"), result.out);
    }

    @Test
    void trainingLeavesModelMetricsAndPictures() throws IOException {
        assertEquals(0, training.code, training.err);
        assertTrue(training.out.contains("test accuracy"), training.out);
        JsonObject metrics = JsonParser.parseString(Files.readString(trained.resolve("metrics.json")))
                .getAsJsonObject();
        assertEquals(Set.of("test_accuracy", "epochs", "seconds", "settings", "seed"), metrics.keySet());
        assertEquals(2, metrics.getAsJsonArray("epochs").size());
        assertEquals(
                Set.of("train_loss", "train_accuracy", "validation_loss", "validation_accuracy"),
                metrics.getAsJsonArray("epochs").get(0).getAsJsonObject().keySet());
        assertTrue(metrics.get("test_accuracy").getAsDouble() > 0.8, metrics.toString());
        for (String picture : List.of("loss.png", "wrong.png")) {
            BufferedImage image = ImageIO.read(trained.resolve(picture).toFile());
            assertTrue(image.getWidth() > 300 && image.getHeight() > 100, picture);
        }
        String header =
                new String(Files.readAllBytes(trained.resolve("model.safetensors")), StandardCharsets.ISO_8859_1);
        assertTrue(header.contains("mlp 784-128-64-10 relu"));
        assertTrue(header.contains("mean 0.1307 deviation 0.3081"));
        assertTrue(header.contains("float32"));
    }

    @Test
    void sameSeedGivesTheSameBytes() throws IOException {
        Path again = temporary.resolve("again");
        run("mnist", "--epochs", "2", "--limit", "3000", "--out", again.toString());
        assertArrayEquals(
                Files.readAllBytes(trained.resolve("model.safetensors")),
                Files.readAllBytes(again.resolve("model.safetensors")));
    }

    @Test
    void otherSettingsTrainToo() {
        Path other = temporary.resolve("other");
        Result result = run(
                "mnist",
                "--epochs",
                "1",
                "--limit",
                "2000",
                "--dtype",
                "float64",
                "--optimizer",
                "sgd",
                "--hidden",
                "32,16,16",
                "--out",
                other.toString());
        assertEquals(0, result.code, result.err);
        assertEquals(
                0,
                run("predict", "--model", other + "/model.safetensors", "--index", "0", TEST_IMAGES.toString()).code);
    }

    @Test
    void withoutAHiddenLayerItIsLogisticRegression() {
        Path linear = temporary.resolve("linear");
        Result result =
                run("mnist", "--epochs", "1", "--limit", "2000", "--hidden", "none", "--out", linear.toString());
        assertEquals(0, result.code, result.err);
        assertTrue(result.out.startsWith("784-10 "), result.out);
        assertEquals(
                0,
                run("predict", "--model", linear + "/model.safetensors", "--index", "0", TEST_IMAGES.toString()).code);
    }

    // ---- predict ----

    private static Result predict(String... args) {
        String[] all = new String[args.length + 3];
        all[0] = "predict";
        all[1] = "--model";
        all[2] = trained.resolve("model.safetensors").toString();
        System.arraycopy(args, 0, all, 3, args.length);
        return run(all);
    }

    @Test
    void predictionIsTheDigitThenTenProbabilities() {
        Result result = predict(TEST_IMAGES.toString(), "--index", "0");
        assertEquals(0, result.code, result.err);
        List<String> lines = result.out.lines().toList();
        assertEquals(11, lines.size());
        assertEquals("7", lines.get(0));
        double sum = 0;
        for (int i = 0; i < 10; i++) {
            String[] words = lines.get(i + 1).split(" ", -1);
            assertEquals(i, Integer.parseInt(words[0]));
            sum += Double.parseDouble(words[1]);
        }
        assertEquals(1, sum, 1e-3);
    }

    @Test
    void picturesOfAnySizeAndPolarityGiveTheSameDigit() throws IOException {
        Tensor digit = MnistData.test(dev.autodiff.shape.DType.FLOAT32).images().select(0, 0);
        for (int zoom : List.of(1, 4, 7)) {
            for (boolean dark : new boolean[] {false, true}) {
                int side = 28 * zoom;
                BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
                for (int r = 0; r < side; r++) {
                    for (int c = 0; c < side; c++) {
                        int v = (int) Math.round(255 * digit.get(r / zoom, c / zoom));
                        int grey = dark ? 255 - v : v;
                        image.setRGB(c, r, grey << 16 | grey << 8 | grey);
                    }
                }
                Path file = temporary.resolve("digit.png");
                ImageIO.write(image, "png", file.toFile());
                Result result = predict(file.toString());
                assertEquals(0, result.code, result.err);
                assertEquals("7", result.out.lines().findFirst().orElse(""), "zoom " + zoom + " dark " + dark);
            }
        }
    }

    @Test
    void whatIsNoPictureIsRefused() throws IOException {
        Path text = Files.writeString(temporary.resolve("text.png"), "not a picture");
        Path cut = temporary.resolve("cut.png");
        byte[] png = Files.readAllBytes(trained.resolve("loss.png"));
        Files.write(cut, Arrays.copyOf(png, 200));
        for (Path file : List.of(text, cut, temporary.resolve("missing.png"), temporary)) {
            Result result = predict(file.toString());
            assertEquals(1, result.code, result.out);
            assertTrue(result.err.contains(file.toString()), result.err);
            assertEquals(1, result.err.lines().count(), result.err);
        }
    }

    @Test
    void aBlankPictureIsPredictedWithAWarning() throws IOException {
        Path file = temporary.resolve("blank.png");
        ImageIO.write(new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY), "png", file.toFile());
        Result result = predict(file.toString());
        assertEquals(0, result.code, result.err);
        assertTrue(result.err.contains("blank"), result.err);
    }

    @Test
    void versionIsPrinted() {
        for (String[] arguments : new String[][] {{"-V"}, {"mnist", "--version"}}) {
            Result result = run(arguments);
            assertEquals(0, result.code, result.err);
            assertTrue(result.out.matches("autodiff .*, Java \\d+.*\\R"), result.out);
        }
    }

    @Test
    void indexOutOfRangeIsRefused() {
        for (String index : List.of("10000", "-1")) {
            Result result = predict(TEST_IMAGES.toString(), "--index", index);
            assertEquals(2, result.code);
            assertTrue(result.err.contains("expected 0 to 9999"), result.err);
        }
    }

    @Test
    void modelsOfAnotherKindAreRefused() throws IOException {
        Path model = temporary.resolve("other.safetensors");
        dev.autodiff.nn.io.Safetensors.of(Map.of("weight", Tensor.of(1.0))).write(model);
        Path broken = Files.write(
                temporary.resolve("broken.safetensors"),
                Arrays.copyOf(Files.readAllBytes(trained.resolve("model.safetensors")), 5000));
        for (Path file : List.of(model, broken, temporary.resolve("missing.safetensors"))) {
            Result result = run("predict", "--model", file.toString(), "--index", "0", TEST_IMAGES.toString());
            assertEquals(1, result.code);
            assertTrue(result.err.contains(file.toString()), result.err);
            assertEquals(1, result.err.lines().count(), result.err);
        }
    }

    // ---- goldens ----

    @Test
    void goldensEndWithTheSum() throws IOException {
        Path json = temporary.resolve("report.json");
        Result result =
                run("goldens", "src/test/resources/goldens", "--family", "composite", "--json", json.toString());
        String last = result.out.lines().reduce((a, b) -> b).orElse("");
        assertTrue(last.matches("\\d+ passed, 0 failed, \\d+ unknown"), result.out);
        assertEquals(last.endsWith(" 0 unknown") ? 0 : 1, result.code);
        assertTrue(
                JsonParser.parseString(Files.readString(json)).getAsJsonObject().has("families"));
    }

    @Test
    void goldensNeedAFolder() {
        Result result = run("goldens", temporary.resolve("nowhere").toString());
        assertEquals(1, result.code);
        assertTrue(result.err.contains("no such folder"), result.err);
    }
}
