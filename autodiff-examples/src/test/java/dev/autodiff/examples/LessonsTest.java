package dev.autodiff.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.examples.lessons.Lessons;
import dev.autodiff.examples.page.Lesson;
import dev.autodiff.examples.page.LessonProgram;
import dev.autodiff.examples.page.LessonSource;
import dev.autodiff.examples.page.Range;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Model.OptionSpec;

/** Runs every lesson with small settings; what it claims must hold, what it draws must be there. */
class LessonsTest {
    private static final Pattern PICTURE = Pattern.compile("page\\s*\\.(picture|animation)\\(\\s*\"([^\"]+)\"");

    @TempDir
    static Path folder;

    private static String name(Lesson lesson) {
        return LessonProgram.command(lesson).getCommandName();
    }

    @TestFactory
    Stream<DynamicTest> claimsHoldAndPicturesAreDrawn() {
        return Lessons.all().stream().map(lesson -> DynamicTest.dynamicTest(name(lesson), () -> check(lesson)));
    }

    private static void check(Lesson lesson) throws IOException {
        Path out = folder.resolve(name(lesson));
        List<String> arguments = new ArrayList<>(List.of(name(lesson), "--out", out.toString()));
        // What a lesson reads of another one is looked for where the tests have put it.
        lesson.small().forEach(argument -> arguments.add(argument.replace("runs/", folder + "/")));
        StringWriter printed = new StringWriter();
        StringWriter complaints = new StringWriter();
        int code = Main.run(new PrintWriter(printed), new PrintWriter(complaints), arguments.toArray(String[]::new));
        assertEquals(0, code, complaints + "\n" + printed);
        assertTrue(printed.toString().contains("\n✓ "), "no claim in\n" + printed);
        assertFalse(printed.toString().contains("✗ "), printed.toString());
        LessonSource source = LessonSource.of(lesson.getClass());
        for (LessonSource.Section section : source.sections()) {
            assertTrue(printed.toString().contains(section.title()), section.title());
            Matcher picture = PICTURE.matcher(section.code());
            while (picture.find()) {
                String kind = picture.group(1).equals("picture") ? ".png" : ".gif";
                checkPicture(out.resolve(picture.group(2) + kind));
            }
        }
    }

    private static void checkPicture(Path file) throws IOException {
        assertTrue(Files.exists(file), file + " was not drawn");
        try (ImageInputStream stream = ImageIO.createImageInputStream(file.toFile())) {
            ImageReader reader = ImageIO.getImageReaders(stream).next();
            reader.setInput(stream);
            int frames = reader.getNumImages(true);
            assertEquals(file.toString().endsWith(".gif"), frames > 1, file + " has " + frames + " frames");
            for (int i = 0; i < frames; i += Math.max(1, frames - 1)) {
                BufferedImage image = reader.read(i);
                Set<Integer> colors = new HashSet<>();
                for (int y = 0; y < image.getHeight(); y += 3) {
                    for (int x = 0; x < image.getWidth(); x += 3) {
                        colors.add(image.getRGB(x, y));
                    }
                }
                assertTrue(image.getWidth() >= 300 && colors.size() > 8, file + " is blank");
            }
        }
    }

    @Test
    void everyNumberThatCanBeSetHasARange() {
        for (Lesson lesson : Lessons.all()) {
            for (OptionSpec option :
                    LessonProgram.command(lesson).getCommandSpec().options()) {
                if (option.userObject() instanceof Field field
                        && (field.getType() == int.class || field.getType() == double.class)) {
                    assertNotNull(field.getAnnotation(Range.class), name(lesson) + " " + option.longestName());
                }
            }
        }
    }

    @Test
    void claimThatDoesNotHoldEndsWithOneAndIsNamed() {
        StringWriter printed = new StringWriter();
        StringWriter complaints = new StringWriter();
        int code = Main.run(
                new PrintWriter(printed),
                new PrintWriter(complaints),
                "two-layer",
                "--iterations",
                "1",
                "--out",
                folder.resolve("failing").toString());
        assertEquals(1, code);
        assertTrue(complaints.toString().contains("every output is within 0.1 of its target"), complaints.toString());
        assertEquals(1, complaints.toString().lines().count());
        assertTrue(printed.toString().contains("✗ every output is within"), printed.toString());
    }
}
