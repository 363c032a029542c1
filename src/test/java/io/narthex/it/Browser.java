package io.narthex.it;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.NoSuchElementException;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * The Chromium of this machine without a window, by its own driver; one for all tests of this JVM. Nothing is downloaded: where one
 * of the two is missing, the first test that wants it fails.
 */
public final class Browser {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
    /** Of a page that is there at once on a machine that has time. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final int HEIGHT = 900;

    private static @Nullable Browser shared;

    private final ChromeDriver driver;
    private final String axe;

    private Browser() throws IOException {
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(DRIVER.toFile())
                .usingAnyFreePort()
                .build();
        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM.toFile());
        // root has no sandbox, and a container's /dev/shm may be small
        options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu");
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        driver = new ChromeDriver(service, options);
        driver.manage().timeouts().pageLoadTimeout(PATIENCE).scriptTimeout(PATIENCE);
        axe = script();
    }

    private static String script() throws IOException {
        try (InputStream in = Browser.class.getResourceAsStream("/axe.min.js")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The same for each caller, at no page, and with no cookie of a test before. */
    public static synchronized Browser start() throws IOException {
        if (shared == null) {
            Browser started = new Browser();
            shared = started;
            Runtime.getRuntime().addShutdownHook(new Thread(started.driver::quit, "stop the browser"));
        }
        shared.driver.get("about:blank");
        shared.driver.executeCdpCommand("Network.clearBrowserCookies", Map.of());
        shared.complaints();
        return shared;
    }

    /** For all that a test does with a page. */
    public ChromeDriver driver() {
        return driver;
    }

    /** Logs in to the console of the server of the integration tests. */
    public void logIn(String token) throws InterruptedException {
        driver.get(System.getProperty("it.url") + "/console");
        driver.findElement(By.id("token")).sendKeys(token);
        driver.findElement(By.cssSelector("button[value=log-in]")).click();
        await(By.tagName("h1"), "Overview");
    }

    /** How the next pages are shown: as wide as that, in dark colours or not. */
    public void look(int width, boolean dark) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", HEIGHT, "deviceScaleFactor", 1, "mobile", false));
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    }

    /** Waits until the text of an element, folded away or not, has this in it; what is there meanwhile does not matter. */
    public void await(By element, String text) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        String found = text(element);
        while (!found.contains(text)) {
            if (System.nanoTime() > end) {
                throw new AssertionError(element + " has no \"" + text + "\": " + found);
            }
            Thread.sleep(20);
            found = text(element);
        }
    }

    /** Empty where there is no such element, as while another page comes. */
    private String text(By element) {
        try {
            return String.valueOf(driver.findElement(element).getDomProperty("textContent"));
        } catch (NoSuchElementException | StaleElementReferenceException e) {
            return "";
        }
    }

    /** What pages wrote to the console since this was last asked, and what of them was refused by their policy. */
    public List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(LogEntry::getMessage)
                .toList();
    }

    /**
     * What axe finds wrong with the page that is shown, whatever its weight: a line each. In a page that is shut into a sandbox no
     * script waits for anything, not even ours: then the same text is looked at outside of it.
     */
    @SuppressWarnings("unchecked") // what the script below makes
    public List<String> faults() {
        if ("null".equals(driver.executeScript("return origin"))) {
            byte[] page = String.valueOf(driver.getPageSource()).getBytes(StandardCharsets.UTF_8);
            driver.get(
                    "data:text/html;charset=utf-8;base64," + Base64.getEncoder().encodeToString(page));
        }
        driver.executeScript(axe);
        return (List<String>) Objects.requireNonNull(driver.executeAsyncScript("""
            const done = arguments[0];
            axe.run().then(
              found => done(found.violations.flatMap(v => v.nodes.map(
                n => v.impact + ' ' + v.id + ': ' + v.help + ': ' + n.html + ' ' + n.failureSummary))),
              problem => done([String(problem)]));
            """));
    }

    /** Rows of tables that have other than as many cells as there are headings, as text. */
    public List<?> raggedRows() {
        return (List<?>) Objects.requireNonNull(driver.executeScript("""
            const cells = row => [...row.cells].reduce((n, cell) => n + cell.colSpan, 0);
            return [...document.querySelectorAll('table')].filter(table => table.tHead).flatMap(table =>
                [...table.tBodies].flatMap(body => [...body.rows]).filter(row => cells(row) !== cells(table.tHead.rows[0])))
                .map(row => row.innerText)\
            """));
    }

    /** By how many pixels the page is wider than what shows it. */
    public long overhang() {
        return ((Number) Objects.requireNonNull(driver.executeScript(
                        "return document.documentElement.scrollWidth - document.documentElement.clientWidth")))
                .longValue();
    }

    /** Keeps what is shown, whole, as target/screenshots/NAME.png. */
    public void photograph(String name) throws IOException {
        Path directory = Files.createDirectories(Path.of(System.getProperty("it.directory"), "screenshots"));
        long height = ((Number) Objects.requireNonNull(
                        driver.executeScript("return Math.max(document.documentElement.scrollHeight, " + HEIGHT + ")")))
                .longValue();
        long width = ((Number) Objects.requireNonNull(driver.executeScript("return innerWidth"))).longValue();
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        File taken = driver.getScreenshotAs(OutputType.FILE);
        Files.move(taken.toPath(), directory.resolve(name + ".png"), StandardCopyOption.REPLACE_EXISTING);
    }
}
