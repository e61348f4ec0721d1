package dev.autodiff.examples.explain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.autodiff.CustomOp;
import dev.autodiff.Saved;
import dev.autodiff.Tensor;
import dev.autodiff.explain.Explain;
import dev.autodiff.explain.Explanation;
import dev.autodiff.explain.Step;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
    private static final String DOWN = "\uE015";
    private static final String HOME = "\uE011";
    private static final String END = "\uE010";
    private static final String ENTER = "\uE007";

    private static final String SPACE = " ";
    private static final String TAB = "\uE004";
    private static final String SHIFT = "\uE008";

    /** Names that are HTML, and one without a place to break a line. */
    private static final String MARKUP = "<b>bold</b> & \"quoted\"";

    private static final String LONG = "aNameThatIsLongerThanAnyBoxOrTableOfThePage".repeat(3);

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
        Explanation features = Explain.backward(features());
        features.writeHtml(folder.resolve("features.html"));
        // The same, but it plays as fast as a test likes.
        Files.writeString(folder.resolve("fast.html"), features.toHtml().replaceFirst("\"pace\":\\d+", "\"pace\":30"));
    }

    @AfterAll
    static void close() throws IOException {
        if (browser != null) {
            browser.close();
        }
    }

    /** The square, whose rule is wrong, with a name that is HTML. */
    private record Wrong() implements CustomOp {
        @Override
        public String label() {
            return "<i>wrong</i>";
        }

        @Override
        public Tensor forward(Tensor[] in) {
            return in[0].square();
        }

        @Override
        public Tensor[] vjp(Tensor g, Saved s) {
            return new Tensor[] {g.mul(s.input(0)).mul(3)};
        }
    }

    /** A graph with all that a page can show: sums of contributions, a hook, a wrong rule, a kink, cut tensors, constants, odd names. */
    private static Tensor features() {
        Tensor w = Tensor.linspace(-2, 3, 36).reshape(12, 3).requireGrad().named("W1");
        Tensor c = Tensor.of(new double[][] {{-1e-3, 5, 0}}).named("C");
        Tensor wide =
                Tensor.linspace(-1e10, 1e10, 24).reshape(3, 8).requireGrad().named(LONG);
        Tensor shared = w.tanh().named(MARKUP).onGrad(g -> g.mul(2));
        Tensor a = new Wrong().apply(shared).mul(c).named("A");
        Tensor b = shared.mul(shared).pow(2.5).named("B");
        Tensor kink = Tensor.of(new double[] {0}).requireGrad().relu().named("K");
        Tensor often = w.mean();
        Tensor sum = kink.sum();
        for (int i = 0; i < 9; i++) { // more than are shown
            sum = sum.add(often);
        }
        return a.add(b).matmul(wide).sum().add(sum).named("L");
    }

    /** Runs one of the functions of page-checks.js, which return what is wrong. */
    private static List<String> wrong(String function) throws IOException {
        try (InputStream in = ExplainPageTest.class.getResourceAsStream("page-checks.js")) {
            String checks = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return browser.run(checks + "return " + function + "();").getAsJsonArray().asList().stream()
                    .map(JsonElement::getAsString)
                    .toList();
        }
    }

    private static void open(String file) throws IOException {
        browser.open(folder.resolve(file).toUri());
    }

    /** What starts the page playing. */
    private interface Start {
        void press() throws IOException;
    }

    /** Lets the page play until it stops; returns the places that it came to. */
    private static List<String> played(Start start) throws IOException, InterruptedException {
        browser.run("""
                window.places = [];
                window.observer ??= new MutationObserver(() => places.push(document.getElementById('where').textContent));
                observer.observe(document.getElementById('where'), {childList: true});
                """);
        start.press();
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (playing() && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        assertFalse(playing(), "it goes on playing");
        return browser.run("return places").getAsJsonArray().asList().stream()
                .map(place -> place.getAsString().replaceAll(" of .*", ""))
                .toList();
    }

    private static boolean playing() throws IOException {
        return browser.run("return document.querySelectorAll('[aria-pressed=true]').length")
                        .getAsInt()
                > 0;
    }

    /** Returns where a place of the window lies in the graph. */
    private static double[] placeInGraph(int x, int y) throws IOException {
        JsonArray place = browser.run("""
                const r = document.getElementById('graph').getBoundingClientRect();
                const m = document.getElementById('world').getCTM().inverse();
                const p = new DOMPoint(%d - r.left, %d - r.top).matrixTransform(m);
                return [p.x, p.y];
                """.formatted(x, y)).getAsJsonArray();
        return new double[] {place.get(0).getAsDouble(), place.get(1).getAsDouble()};
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
    void everyStepShowsItsOwnFormulaNumbersRulesAndChecks() throws IOException {
        assertEquals(List.of(), wrong("wrongSteps"));
        open("features.html");
        assertEquals(List.of(), wrong("wrongSteps"));
    }

    @Test
    void arrowsGoFromValuesToResults() throws IOException {
        assertEquals(List.of(), wrong("wrongArrows"));
        open("features.html");
        assertEquals(List.of(), wrong("wrongArrows"));
    }

    @Test
    void nodesTellOfFailedChecksAndOfSums() throws IOException {
        open("features.html");
        assertEquals(List.of(), wrong("wrongBadges"));
        assertEquals(
                Set.of("Σ2", "Σ3", "Σ9", "✓", "✗", "–"),
                browser
                        .run("return [...document.querySelectorAll('.badge')].map(b => b.textContent)")
                        .getAsJsonArray()
                        .asList()
                        .stream()
                        .map(JsonElement::getAsString)
                        .collect(Collectors.toSet()));
    }

    @Test
    void namesAreTextAndNoMarkup() throws IOException {
        open("features.html");
        assertEquals(List.of(), wrong("madeOfNames"));
        assertTrue(browser.text("h1").contains("L ="), browser.text("h1"));
    }

    @Test
    void indicesAndExponentsAreSet() throws IOException {
        open("features.html");
        List<String> set = wrong("raisedAndLowered");
        assertTrue(set.containsAll(List.of("sub 1", "sub 17", "sup 2.5")), set::toString);
    }

    @Test
    void nothingIsWiderThanItsPlaceAndTheNodeOfTheStepIsInView() throws IOException {
        try {
            for (int width : List.of(1200, 400)) {
                browser.resize(width, 700);
                for (String file : List.of("222.html", "features.html")) {
                    open(file);
                    assertEquals(List.of(), wrong("outOfPlace"), file + " at " + width);
                }
            }
        } finally {
            browser.resize(1200, 800);
        }
    }

    @Test
    void itOpensAtTheStartOfTheBackwardPass() throws IOException {
        int n = explanation.steps().size();
        assertEquals(n, position());
        assertEquals("backward 1 of " + n + ": L", browser.text("#where"));
        assertTrue(browser.text("#panel").contains("the sweep starts with 1"), browser.text("#panel"));
    }

    @Test
    void aNodeChosenInTheForwardPassIsShownInIt() throws IOException {
        int n = explanation.steps().size();
        browser.press(HOME);
        browser.click("[data-step='3']");
        assertEquals(n - 1 - 3, position());
        browser.press(END);
        browser.click("[data-step='3']");
        assertEquals(n + 3, position());
    }

    @Test
    void whatTheKeyboardStandsOnIsToBeSeen() throws IOException {
        for (int i = 0; i < 20; i++) {
            browser.press(TAB);
            String look = browser.run("""
                            const e = document.activeElement, node = e.classList.contains('node');
                            const look = getComputedStyle(node ? e.querySelector('rect') : e);
                            return e.tagName + ' ' + (node ? look.strokeWidth : look.outlineStyle + ' ' + look.outlineWidth);
                            """).getAsString();
            assertTrue(look.endsWith("solid 3px") || look.equals("g 5px") || look.startsWith("BODY"), look);
        }
    }

    @Test
    void playingShowsEveryStepOnceAndStopsAtTheEndOfItsPass() throws IOException, InterruptedException {
        int n = Explain.backward(features()).steps().size();
        List<String> forward =
                IntStream.rangeClosed(1, n).mapToObj(i -> "forward " + i).toList();
        List<String> backward =
                IntStream.rangeClosed(1, n).mapToObj(i -> "backward " + i).toList();
        open("fast.html");
        assertEquals(forward, played(() -> browser.press("f")));
        assertEquals(backward, played(() -> browser.press("b")));
        assertEquals(forward, played(() -> browser.click("#play-forward")));
        assertEquals(backward, played(() -> browser.click("#play-backward")));
        browser.press(HOME, RIGHT, RIGHT);
        browser.run("document.activeElement.blur()"); // a button in focus takes the space for itself
        assertEquals(forward.subList(2, n), played(() -> browser.press(SPACE)), "it goes on from where it stands");
    }

    @Test
    void spaceStopsAndGoesOn() throws IOException {
        browser.press("b");
        assertTrue(playing());
        browser.press(SPACE);
        assertFalse(playing());
        browser.press(SPACE);
        assertTrue(playing());
        assertEquals(
                "play-backward",
                browser.run("return document.querySelector('[aria-pressed=true]').id")
                        .getAsString());
        browser.press("b");
        assertFalse(playing());
        browser.click("#play-backward");
        assertTrue(playing());
        browser.click("#play-backward");
        assertFalse(playing());
        for (String key : List.of(LEFT, RIGHT, HOME, END)) {
            browser.press("f");
            assertTrue(playing());
            browser.press(key);
            assertFalse(playing(), "a step of one's own ends it");
        }
        for (String button : List.of("#previous", "#next", "[data-step='3']")) {
            browser.press("b");
            assertTrue(playing());
            browser.click(button);
            assertFalse(playing(), button + " ends it");
        }
    }

    @Test
    void theMouseTakesTheGraphAlong() throws IOException {
        browser.click("#fit");
        for (String from : List.of("an empty place", "a node")) {
            JsonObject place = browser.run("""
                            const b = document.querySelector("[data-step='3'] rect").getBoundingClientRect();
                            return {x: Math.round(b.left + b.width / 2), y: Math.round(b.top + b.height / 2)};
                            """).getAsJsonObject();
            boolean node = from.equals("a node");
            int x = node ? place.get("x").getAsInt() : 60;
            int y = node ? place.get("y").getAsInt() : 600;
            double[] taken = placeInGraph(x, y);
            int step = position();
            browser.drag(x, y, x + 70, y - 40);
            assertArrayEquals(taken, placeInGraph(x + 70, y - 40), 0.1, from);
            assertEquals(step, position(), () -> from + ": to drag is not to choose");
        }
    }

    @Test
    void zoomingKeepsThePlaceUnderTheMouse() throws IOException {
        browser.click("#fit");
        double[] before = placeInGraph(400, 300);
        double scale = scale();
        browser.wheel(400, 300, -200);
        assertTrue(scale() > scale);
        assertArrayEquals(before, placeInGraph(400, 300), 0.1);
        int[] middle = {
            browser.run("return Math.round(document.getElementById('graph').clientWidth / 2)")
                    .getAsInt(),
            browser.run("const r = document.getElementById('graph').getBoundingClientRect();"
                            + " return Math.round(r.top + r.height / 2)")
                    .getAsInt()
        };
        before = placeInGraph(middle[0], middle[1]);
        scale = scale();
        browser.click("#zoom-out");
        assertTrue(scale() < scale);
        assertArrayEquals(before, placeInGraph(middle[0], middle[1]), 1);
    }

    @Test
    void shiftAndArrowsPan() throws IOException {
        browser.click("#fit");
        double[] before = placeInGraph(400, 300);
        int step = position();
        browser.pressWith(SHIFT, RIGHT);
        assertEquals(before[0] + 60 / scale(), placeInGraph(400, 300)[0], 0.1);
        browser.pressWith(SHIFT, LEFT);
        assertArrayEquals(before, placeInGraph(400, 300), 0.1);
        browser.pressWith(SHIFT, DOWN);
        assertEquals(before[1] + 60 / scale(), placeInGraph(400, 300)[1], 0.1);
        assertEquals(step, position());
    }

    @Test
    void whatIsLeftOutAndHowPreciseItIsStandsAbove() throws IOException {
        Tensor y = Tensor.of(new float[] {0.5f}).requireGrad();
        for (int i = 0; i < 30; i++) {
            y = y.sin();
        }
        Explain.backward(y.sum(), 10).writeHtml(folder.resolve("long.html"));
        open("long.html");
        String above = browser.text("#about");
        assertTrue(above.contains("31 operations and 1 leaves; 22 of them are left out"), above);
        assertTrue(above.contains("float32") && above.contains("Checks: "), above);
        assertEquals(List.of(), wrong("wrongArrows"));
        assertEquals(List.of(), wrong("wrongSteps"));
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
