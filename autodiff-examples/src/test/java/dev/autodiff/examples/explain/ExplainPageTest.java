package dev.autodiff.examples.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.autodiff.explain.Explain;
import dev.autodiff.explain.Explanation;
import dev.autodiff.explain.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The page of an explanation in a headless Chromium: it draws, plays, zooms, obeys the keyboard and asks the network for nothing. */
class ExplainPageTest {
    private static final String RIGHT = "\uE014";
    private static final String LEFT = "\uE012";
    private static final String HOME = "\uE011";
    private static final String END = "\uE010";
    private static final String ENTER = "\uE007";

    @TempDir(cleanup = CleanupMode.ALWAYS)
    private static Path folder;

    private static Explanation explanation = Explain.backward(Graphs.TWO_TWO_TWO.loss());
    private static Browser browser;

    @BeforeAll
    static void start() throws IOException {
        assumeTrue(
                Browser.isHere(),
                "there is no Chromium with its driver on this machine; Debian's package is chromium-driver");
        browser = Browser.start(folder, 1200, 800, false);
        explanation.writeHtml(folder.resolve("222.html"));
    }

    @AfterAll
    static void close() throws IOException {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void openThePage() throws IOException {
        browser.log("browser");
        browser.log("performance");
        browser.open(folder.resolve("222.html").toUri());
    }

    private static int position() throws IOException {
        return Integer.parseInt(
                browser.run("return document.getElementById('position').value").getAsString());
    }

    private static String view() throws IOException {
        return browser.run("return document.getElementById('world').getAttribute('transform')")
                .getAsString();
    }

    private static double scale() throws IOException {
        String transform = view();
        return Double.parseDouble(transform.replaceAll(".*scale\\((.*)\\)", "$1"));
    }

    private static void waitForPosition(int wanted) throws IOException, InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (position() < wanted && System.nanoTime() < end) {
            Thread.sleep(50);
        }
        assertTrue(position() >= wanted, "the page stands at " + position() + ", not at " + wanted);
    }

    @Test
    void itLoadsWithoutErrorsAndDrawsEveryNode() throws IOException {
        List<String> errors =
                browser.log("browser").stream().map(JsonObject::toString).toList();
        assertEquals(List.of(), errors);
        int nodes = browser.run("return document.querySelectorAll('[data-step]').length")
                .getAsInt();
        assertEquals(explanation.steps().size(), nodes);
        // X and Y are constants with a place in the drawing
        assertEquals(
                2,
                browser.run("return document.querySelectorAll('.node.constant').length")
                        .getAsInt());
        assertEquals("Backpropagation from L = 0.2984", browser.text("h1"));
        String overlaps = """
                const boxes = [...document.querySelectorAll('.node rect')].map(r => r.getBoundingClientRect());
                return boxes.filter((a, i) => boxes.some((b, k) => k < i && a.left < b.right && b.left < a.right
                    && a.top < b.bottom && b.top < a.bottom)).length;
                """;
        assertEquals(0, browser.run(overlaps).getAsInt(), "nodes that cover each other");
    }

    @Test
    void itAsksTheNetworkForNothing() throws IOException {
        browser.click("#next");
        String page = folder.resolve("222.html").toUri().toString();
        // The browser's own first page also asks for this and that.
        List<String> requests = browser.log("performance").stream()
                .map(e -> JsonParser.parseString(e.get("message").getAsString())
                        .getAsJsonObject()
                        .getAsJsonObject("message"))
                .filter(m -> m.get("method").getAsString().equals("Network.requestWillBeSent"))
                .map(m -> m.getAsJsonObject("params"))
                .filter(m -> m.get("documentURL").getAsString().equals(page))
                .map(m -> m.getAsJsonObject("request").get("url").getAsString())
                .filter(url -> !url.startsWith("data:"))
                .toList();
        assertEquals(List.of(page), requests);
    }

    @Test
    void aClickOnANodeShowsItsStep() throws IOException {
        int id = explanation.step("P").id();
        browser.click("[data-step='" + id + "']");
        String panel = browser.text("#panel");
        assertTrue(panel.contains("P = σ(Z2)"), panel);
        assertTrue(panel.contains("0.7514") && panel.contains("0.7729"), panel);
        assertTrue(panel.contains("δZ2 = δP ⊙ P ⊙ (1 − P)"), panel);
        assertTrue(
                panel.contains("step " + (id + 1) + " of " + explanation.steps().size()), panel);
        assertEquals(
                String.valueOf(id),
                browser.run("return document.querySelector('.current').dataset.step")
                        .getAsString());
    }

    @Test
    void playingGoesForwardAndBackwardToTheEnd() throws IOException, InterruptedException {
        int n = explanation.steps().size();
        browser.click("#play-forward");
        waitForPosition(2);
        assertTrue(position() < n);
        assertTrue(browser.text("#where").startsWith("forward"), browser.text("#where"));
        browser.click("#play-backward");
        waitForPosition(n + 2);
        assertTrue(browser.text("#panel").contains("Gradient that comes in"));
        browser.click("#play-backward"); // and stop
        int stopped = position();
        Thread.sleep(1200);
        assertEquals(stopped, position());
    }

    @Test
    void buttonsStep() throws IOException {
        int start = position();
        browser.click("#next");
        browser.click("#next");
        browser.click("#previous");
        assertEquals(start + 1, position());
        assertTrue(browser.text("#panel").startsWith("z"), browser.text("#panel"));
    }

    @Test
    void theKeyboardIsEnough() throws IOException, InterruptedException {
        int n = explanation.steps().size();
        browser.press(HOME);
        assertEquals(0, position());
        browser.press(RIGHT, RIGHT, LEFT);
        assertEquals(1, position());
        browser.press(END);
        assertEquals(2 * n - 1, position());
        browser.press("0");
        double whole = scale();
        browser.press("+");
        assertTrue(scale() > whole);
        browser.press("-", "-");
        assertTrue(scale() < whole);
        browser.press("0");
        assertEquals(whole, scale(), 1e-9);
        browser.press("b");
        waitForPosition(n + 1);
        browser.press(" ");
        browser.run("document.querySelector(\"[data-step='3']\").focus()");
        browser.press(ENTER);
        assertEquals(n + 3, position());
    }

    @Test
    void zoomAndPanChangeTheView() throws IOException {
        browser.click("#fit");
        String before = view();
        double scale = scale();
        browser.click("#zoom-in");
        assertTrue(scale() > scale);
        browser.click("#fit");
        assertEquals(before, view());
        browser.wheel(100, 400, 300);
        assertTrue(scale() < scale);
        browser.click("#fit");
        int step = position();
        browser.drag(60, 600, 160, 540);
        assertNotEquals(before, view());
        assertEquals(scale, scale(), 1e-9);
        assertEquals(step, position());
    }

    /** Counts the boxes, of the current node or of all, that are cut off by the edge of the view. */
    private static int cutOff(String boxes) throws IOException {
        return browser.run("""
                const v = document.getElementById('view').getBoundingClientRect();
                return [...document.querySelectorAll('%s')].map(r => r.getBoundingClientRect()).filter(r => r.left < v.left
                    || r.right > v.right || r.top < v.top || r.bottom > v.bottom).length;
                """.formatted(boxes)).getAsInt();
    }

    @Test
    void itOpensWithTheLossInViewAndWithTheWholeGraphIfThatFits() throws IOException {
        try {
            for (int width : List.of(1280, 500)) {
                browser.resize(width, 900);
                for (Graphs graph : Graphs.values()) {
                    Path file = folder.resolve(graph.title() + ".html");
                    Explain.backward(graph.loss()).writeHtml(file);
                    browser.open(file.toUri());
                    assertEquals(0, cutOff(".current rect"), () -> graph.title() + " at " + width);
                    int below = browser.run("""
                            const v = document.getElementById('view').getBoundingClientRect();
                            const last = Math.max(...[...document.querySelectorAll('.node rect')].map(r => r.getBoundingClientRect().bottom));
                            return Math.round(v.bottom - last);
                            """).getAsInt();
                    assertTrue(
                            cutOff(".node rect") == 0 || below <= 16,
                            () -> graph.title() + " at " + width + " is cut off, and leaves " + below
                                    + " pixels empty below the loss");
                }
            }
            browser.resize(1280, 1050);
            browser.open(folder.resolve(Graphs.XOR.title() + ".html").toUri());
            assertEquals(0, cutOff(".node rect"));
        } finally {
            browser.resize(1200, 800);
        }
    }

    @Test
    void everyArrowIsDrawn() throws IOException {
        long uses = explanation.steps().stream()
                .flatMap(step -> step.operands().stream())
                .filter(operand -> operand.id() != null
                        || (operand.constant() != null && operand.constant().size() > 1))
                .count();
        assertEquals(
                uses,
                browser.run("return document.querySelectorAll('.edge').length").getAsLong());
    }

    @Test
    void theStepTellsShapeAndType() throws IOException {
        Step step = explanation.step("P");
        browser.click("[data-step='" + step.id() + "']");
        assertTrue(browser.text("#panel").contains("shape " + step.shape() + " · float64"), browser.text("#panel"));
    }

    @Test
    void aNarrowWindowShowsAllOfIt() throws IOException {
        browser.resize(400, 800);
        try {
            int wide = browser.run("return document.documentElement.scrollWidth - innerWidth")
                    .getAsInt();
            assertTrue(wide <= 0, "the page is " + wide + " pixels wider than the window");
        } finally {
            browser.resize(1200, 800);
        }
    }

    @Test
    void everyExampleLoadsWithoutErrors() throws IOException {
        for (Graphs graph : Graphs.values()) {
            Path file = folder.resolve(graph.title() + ".html");
            Explain.backward(graph.loss()).writeHtml(file);
            browser.open(file.toUri());
            assertTrue(browser.text("h1").startsWith("Backpropagation from"), graph.title());
            assertEquals(List.of(), browser.log("browser"), graph.title());
        }
    }

    /** With {@code -Dautodiff.pictures=FOLDER}: pictures of the page, to be looked at. */
    @Test
    void pictures() throws IOException {
        String target = System.getProperty("autodiff.pictures");
        if (target == null) {
            return;
        }
        Files.createDirectories(Path.of(target));
        for (boolean dark : List.of(false, true)) {
            Path profile = Files.createDirectory(folder.resolve("pictures" + dark));
            try (Browser other = Browser.start(profile, 1280, 800, dark)) {
                for (Graphs graph : Graphs.values()) {
                    Path file = profile.resolve(graph.title() + ".html");
                    Explain.backward(graph.loss()).writeHtml(file);
                    for (int width : List.of(1280, 420)) {
                        other.resize(width, 860);
                        other.open(file.toUri());
                        for (int i = 0; i < (graph == Graphs.XOR ? 6 : 4); i++) {
                            other.click("#next");
                        }
                        Files.write(
                                Path.of(target, graph.title() + "-" + width + (dark ? "-dark" : "") + ".png"),
                                other.screenshot());
                    }
                }
            }
        }
    }
}
