package org.checkpointrecovery;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.ElementNotInteractableException;
import org.openqa.selenium.NoSuchElementException;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * A headless Chromium with a profile of its own, and what tests of the dashboard ask of it. Elements are named by their
 * {@code data-testid}. The page may draw anything anew at any time, so that every question waits and is asked again.
 */
final class Browser implements AutoCloseable {

    private final ChromeDriver driver;
    private final Path downloads;

    private Browser(ChromeDriver driver, Path downloads) {
        this.driver = driver;
        this.downloads = downloads;
    }

    /** Where there is none, the tests are skipped; but not in CI, where each must have run. */
    static Browser start(Path directory) throws IOException {
        Optional<Path> program = program("chromium", "chromium-browser", "google-chrome", "chrome");
        Optional<Path> chromedriver = program("chromedriver");
        if (program.isEmpty() || chromedriver.isEmpty()) {
            String message =
                    "NOT TESTED: the dashboard. It needs chromium and chromedriver in the PATH (Debian's packages"
                            + " chromium and chromium-driver), and " + (program.isEmpty() ? "chromium" : "chromedriver")
                            + " is not there.";
            System.err.println(message);
            assertThat(System.getenv("CI")).as(message).isNotEqualTo("true");
            return abort(message);
        }
        Path downloads = Files.createDirectories(directory.resolve("downloads"));
        ChromeOptions options = new ChromeOptions();
        options.setBinary(program.get().toFile());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                "--host-resolver-rules=MAP *.example 127.0.0.1",
                "--lang=en",
                "--window-size=1100,760",
                "--user-data-dir=" + directory.resolve("profile"));
        options.setExperimentalOption("prefs", Map.of("download.default_directory", downloads.toString()));
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(chromedriver.get().toFile())
                .usingAnyFreePort()
                .build();
        return new Browser(new ChromeDriver(service, options), downloads);
    }

    private static Optional<Path> program(String... names) {
        return Arrays.stream(names)
                .flatMap(name -> Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .map(directory -> Path.of(directory, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    ChromeDriver driver() {
        return driver;
    }

    /** Loads the page anew, also when only what comes after its # is another. */
    void open(String url) {
        driver.get("about:blank");
        driver.get(url);
    }

    /** Ends what the page does, such as complaining of a service that is stopped. */
    void leave() {
        driver.get("about:blank");
    }

    /** Waits until the condition holds. What was drawn anew while it was looked at is looked at again. */
    void await(String what, BooleanSupplier condition) {
        try {
            Await.until(what, () -> isTrue(condition));
        } catch (AssertionError e) {
            throw new AssertionError(
                    e.getMessage() + "\n" + driver.getCurrentUrl() + "\n"
                            + driver.findElement(By.tagName("body")).getText(),
                    e);
        }
    }

    private static boolean isTrue(BooleanSupplier condition) {
        try {
            return condition.getAsBoolean();
        } catch (NoSuchElementException | StaleElementReferenceException | ElementNotInteractableException e) {
            return false;
        }
    }

    private void untilDone(String what, String testId, Consumer<WebElement> action) {
        await(what + " " + testId, () -> {
            action.accept(find(testId));
            return true;
        });
    }

    static By by(String testId) {
        return By.cssSelector("[data-testid='" + testId + "']");
    }

    private WebElement find(String testId) {
        return driver.findElement(by(testId));
    }

    boolean isShown(String testId) {
        return driver.findElements(by(testId)).stream().anyMatch(WebElement::isDisplayed);
    }

    void awaitShown(String testId) {
        await(testId + " is shown", () -> isShown(testId));
    }

    void awaitGone(String testId) {
        await(testId + " is not shown", () -> !isShown(testId));
    }

    void click(String testId) {
        untilDone("click", testId, WebElement::click);
    }

    void type(String testId, String text) {
        untilDone("type into", testId, element -> {
            element.clear();
            element.sendKeys(text);
        });
    }

    /** Chooses a file, or a value of a list. */
    void choose(String testId, String value) {
        await("choose " + value + " in " + testId, () -> {
            WebElement element = find(testId);
            if (!element.getTagName().equals("select")) {
                element.sendKeys(value);
                return true;
            }
            element.findElement(By.cssSelector("option[value='" + value + "']")).click();
            return true;
        });
    }

    /** What a person reads. */
    String text(String testId) {
        List<String> text = new ArrayList<>();
        untilDone("read", testId, element -> {
            assertThat(element.isDisplayed()).as(testId).isTrue();
            text.add(element.getText());
        });
        return text.get(0);
    }

    void awaitText(String testId, String part) {
        await(
                testId + " says " + part,
                () -> isShown(testId) && find(testId).getText().contains(part));
    }

    @Nullable
    String attribute(String testId, String name) {
        return find(testId).getDomAttribute(name);
    }

    void awaitAttribute(String testId, String name, String value) {
        await(testId + " has " + name + " " + value, () -> value.equals(attribute(testId, name)));
    }

    String idOfJob() {
        return requireNonNull(attribute("job", "data-id"));
    }

    /** How many elements a selector finds. */
    int count(String selector) {
        return driver.findElements(By.cssSelector(selector)).size();
    }

    @Nullable
    Object script(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    /** What a script returns that returns an array of strings. */
    List<String> strings(String script, Object... arguments) {
        return ((List<?>) requireNonNull(script(script, arguments)))
                .stream().map(String::valueOf).toList();
    }

    boolean holds(String script, Object... arguments) {
        return Boolean.TRUE.equals(script(script, arguments));
    }

    /** The bytes that a click on a link brings. */
    byte[] download(String testId) throws IOException {
        Set<Path> before = Set.copyOf(downloaded());
        click(testId);
        List<Path> arrived = new ArrayList<>();
        await("a download", () -> {
            arrived.clear();
            arrived.addAll(downloaded());
            arrived.removeAll(before);
            return arrived.size() == 1;
        });
        return Files.readAllBytes(arrived.get(0));
    }

    /** Chromium gives a file its name when it is whole. */
    private List<Path> downloaded() {
        try (Stream<Path> files = Files.list(downloads)) {
            return files.filter(file -> !file.toString().endsWith(".crdownload")
                            && !file.getFileName().toString().startsWith("."))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void size(int width, int height) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    void colours(String scheme) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    /** What keeps people out, by axe-core: the serious and the critical faults. */
    List<String> barriers() {
        try (InputStream script = requireNonNull(Browser.class.getResourceAsStream("/axe.min.js"))) {
            driver.executeScript(new String(script.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Object faults = driver.executeAsyncScript("""
                const done = arguments[arguments.length - 1];
                axe.run(document, { resultTypes: ['violations'] }).then(
                    report => done(report.violations
                        .filter(fault => ['serious', 'critical'].includes(fault.impact))
                        .map(fault => fault.id + ': ' + fault.help + fault.nodes.map(node =>
                            '\\n    ' + node.target + ' ' + node.html.slice(0, 200) + ' '
                                + [...node.any, ...node.all, ...node.none].map(check => check.message).join('; ')).join(''))),
                    error => done(['axe itself: ' + error]));
                """);
        return ((List<?>) requireNonNull(faults)).stream().map(String::valueOf).toList();
    }

    byte[] screenshot() {
        return driver.getScreenshotAs(OutputType.BYTES);
    }

    /** What the console says since it was last asked, but for answers and connections that the test expects to fail. */
    List<String> complaints(String... expected) {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(LogEntry::getMessage)
                .filter(message -> Stream.of(expected).noneMatch(message::contains))
                .toList();
    }

    @Override
    public void close() {
        driver.quit();
    }
}
