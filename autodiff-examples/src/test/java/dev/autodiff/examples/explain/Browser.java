package dev.autodiff.examples.explain;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A headless Chromium, driven by the W3C's WebDriver protocol: a dozen requests with JSON in them, for which Selenium would bring 21 MB of
 * libraries and programs.
 */
final class Browser implements AutoCloseable {
    private static final String ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final HttpClient client = HttpClient.newHttpClient();
    private final Gson gson = new Gson();
    private final Process driver;
    private final String root;
    private final String session;

    private Browser(Process driver, int port, JsonObject capabilities) throws IOException {
        this.driver = driver;
        this.root = "http://127.0.0.1:" + port;
        this.session = root + "/session/"
                + send("POST", root + "/session", capabilities)
                        .getAsJsonObject()
                        .get("sessionId")
                        .getAsString();
    }

    /** Tells whether the machine has Chromium or Chrome, and its driver. */
    static boolean isHere() {
        return program("chromedriver").isPresent() && chromium().isPresent();
    }

    private static Optional<Path> chromium() {
        return program("chromium", "google-chrome", "chrome");
    }

    private static Optional<Path> program(String... names) {
        List<String> folders = new ArrayList<>(
                Arrays.asList(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)));
        folders.add("/usr/bin");
        folders.add("/usr/lib/chromium");
        return Arrays.stream(names)
                .flatMap(name -> folders.stream().map(f -> Path.of(f, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Starts the browser.
     *
     * @param profile an empty folder for what it writes
     */
    static Browser start(Path profile, int width, int height, boolean dark) throws IOException {
        Path log = profile.resolve("driver.log");
        Process driver = new ProcessBuilder(
                        program("chromedriver").orElseThrow().toString(), "--port=0")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            List<String> arguments = new ArrayList<>(List.of(
                    "--headless=new",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-dev-shm-usage",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    "--hide-scrollbars",
                    "--window-size=" + width + "," + height,
                    "--user-data-dir=" + profile.resolve("data")));
            if (dark) {
                arguments.add("--blink-settings=preferredColorScheme=0");
            }
            JsonObject options = new JsonObject();
            options.add("args", new Gson().toJsonTree(arguments));
            options.addProperty("binary", chromium().orElseThrow().toString());
            JsonObject logs = new JsonObject();
            logs.addProperty("browser", "ALL");
            logs.addProperty("performance", "ALL");
            JsonObject always = new JsonObject();
            always.addProperty("browserName", "chrome");
            always.add("goog:chromeOptions", options);
            always.add("goog:loggingPrefs", logs);
            JsonObject capabilities = new JsonObject();
            capabilities.add("alwaysMatch", always);
            JsonObject body = new JsonObject();
            body.add("capabilities", capabilities);
            return new Browser(driver, port(driver, log), body);
        } catch (IOException | RuntimeException e) {
            driver.destroyForcibly();
            throw e;
        }
    }

    /** Reads the port that the driver has chosen from what it prints. */
    private static int port(Process driver, Path log) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end && driver.isAlive()) {
            String text = Files.readString(log);
            int place = text.indexOf("on port ");
            int stop = place < 0 ? -1 : text.indexOf('.', place);
            if (stop > 0 && text.contains("successfully")) {
                String port = text.substring(text.lastIndexOf("on port ") + "on port ".length());
                return Integer.parseInt(port.replaceAll("(?s)^(\\d+).*", "$1"));
            }
            pause();
        }
        throw new IOException("the driver did not start: " + Files.readString(log));
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private JsonElement send(String method, String address, JsonElement body) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body.isJsonNull()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(gson.toJson(body)))
                .build();
        try {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            JsonElement value =
                    JsonParser.parseString(response.body()).getAsJsonObject().get("value");
            if (response.statusCode() != 200) {
                throw new IOException(method + " " + address + ": " + value);
            }
            return value;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private JsonElement post(String path, Object body) throws IOException {
        return send("POST", session + path, gson.toJsonTree(body));
    }

    void open(URI page) throws IOException {
        post("/url", Map.of("url", page.toString()));
    }

    private String find(String css) throws IOException {
        return post("/element", Map.of("using", "css selector", "value", css))
                .getAsJsonObject()
                .get(ELEMENT)
                .getAsString();
    }

    /** Clicks in the middle of an element, as a person does: what lies above it gets the click. */
    void click(String css) throws IOException {
        post("/element/" + find(css) + "/click", Map.of());
    }

    String text(String css) throws IOException {
        return send("GET", session + "/element/" + find(css) + "/text", JsonNull.INSTANCE)
                .getAsString();
    }

    /** Presses keys one after the other; WebDriver's characters from U+E000 on stand for the others. */
    void press(String... keys) throws IOException {
        JsonArray actions = new JsonArray();
        for (String key : keys) {
            actions.add(key("keyDown", key));
            actions.add(key("keyUp", key));
        }
        perform("key", "keyboard", Map.of(), actions);
    }

    /** Presses a key while another is held. */
    void pressWith(String held, String key) throws IOException {
        JsonArray actions = new JsonArray();
        actions.add(key("keyDown", held));
        actions.add(key("keyDown", key));
        actions.add(key("keyUp", key));
        actions.add(key("keyUp", held));
        perform("key", "keyboard", Map.of(), actions);
    }

    private static JsonObject key(String type, String key) {
        JsonObject action = new JsonObject();
        action.addProperty("type", type);
        action.addProperty("value", key);
        return action;
    }

    /** Drags the mouse from a place of the window to another. */
    void drag(int fromX, int fromY, int toX, int toY) throws IOException {
        perform(
                "pointer",
                "mouse",
                Map.of("pointerType", "mouse"),
                gson.toJsonTree(List.of(
                        Map.of("type", "pointerMove", "duration", 0, "x", fromX, "y", fromY),
                        Map.of("type", "pointerDown", "button", 0),
                        Map.of("type", "pointerMove", "duration", 100, "x", toX, "y", toY),
                        Map.of("type", "pointerUp", "button", 0))));
    }

    /** Turns the wheel at a place of the window. */
    void wheel(int x, int y, int deltaY) throws IOException {
        perform(
                "wheel",
                "wheel",
                Map.of(),
                gson.toJsonTree(List.of(
                        Map.of("type", "scroll", "x", x, "y", y, "deltaX", 0, "deltaY", deltaY, "duration", 0))));
    }

    private void perform(String type, String id, Map<String, String> parameters, JsonElement actions)
            throws IOException {
        JsonObject source = new JsonObject();
        source.addProperty("type", type);
        source.addProperty("id", id);
        source.add("parameters", gson.toJsonTree(parameters));
        source.add("actions", actions);
        JsonArray sources = new JsonArray();
        sources.add(source);
        JsonObject body = new JsonObject();
        body.add("actions", sources);
        post("/actions", body);
    }

    /** Runs JavaScript and returns what it returns. */
    JsonElement run(String script) throws IOException {
        return post("/execute/sync", Map.of("script", script, "args", List.of()));
    }

    void resize(int width, int height) throws IOException {
        post("/window/rect", Map.of("width", width, "height", height));
    }

    /** Returns the entries of a log, {@code browser} or {@code performance}, since the last call. */
    List<JsonObject> log(String type) throws IOException {
        List<JsonObject> entries = new ArrayList<>();
        post("/se/log", Map.of("type", type)).getAsJsonArray().forEach(e -> entries.add(e.getAsJsonObject()));
        return entries;
    }

    byte[] screenshot() throws IOException {
        return Base64.getDecoder()
                .decode(send("GET", session + "/screenshot", JsonNull.INSTANCE).getAsString());
    }

    @Override
    public void close() throws IOException {
        try {
            send("DELETE", session, JsonNull.INSTANCE);
        } finally {
            driver.destroy();
            try {
                if (!driver.waitFor(10, TimeUnit.SECONDS)) {
                    driver.destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
