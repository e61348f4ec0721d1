package dev.autodiff.examples.draw;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import org.junit.jupiter.api.Test;

class FieldTest {
    private static Field regions() {
        return Field.of("title", "x", "y", 0, 1, 0, 1).size(400, 300).regions((x, y) -> x * y);
    }

    @Test
    void coloursWithoutATitleAreRefused() {
        assertTrue(assertThrows(IllegalStateException.class, () -> regions().draw())
                .getMessage()
                .contains("scale(title)"));
        Field.of("title", "x", "y", 0, 1, 0, 1)
                .path("path", new double[][] {{0, 0}, {1, 1}})
                .draw();
    }

    @Test
    void theTitleOfTheColoursStandsBesideThemUpright() {
        BufferedImage image = regions().scale("probability").draw();
        int left = image.getWidth();
        int right = 0;
        int top = image.getHeight();
        int bottom = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = image.getWidth() - 25; x < image.getWidth(); x++) {
                if ((image.getRGB(x, y) & 0xFF) < 128) {
                    left = Math.min(left, x);
                    right = Math.max(right, x);
                    top = Math.min(top, y);
                    bottom = Math.max(bottom, y);
                }
            }
        }
        assertTrue(right < image.getWidth() - 1, "cut off at " + right);
        assertTrue(left > image.getWidth() - 25, "runs into the numbers at " + left);
        assertTrue(bottom - top > 2 * (right - left), "not upright");
        assertEquals(145, (top + bottom) / 2.0, 6, "not beside the middle of the plot");
    }

    @Test
    void theLegendHidesNoData() {
        Field upper = regions().scale("p").points("points", new double[] {0.95}, new double[] {0.95});
        assertTrue(hasLegend(upper.draw(), 80), "it is not in the upper left corner");
        Field lower = regions().scale("p").path("path", new double[][] {{0.1, 0.1}, {0.5, 0.1}});
        assertTrue(!hasLegend(lower.draw(), 80), "it has left the upper right corner");
    }

    /** Tells whether the upper row of the plot is nearly white from a column on, as the ground of a legend is over blue regions. */
    private static boolean hasLegend(BufferedImage image, int column) {
        for (int x = column + 5; x < column + 15; x++) {
            if ((image.getRGB(x, 70) >> 16 & 0xFF) < 200) {
                return false;
            }
        }
        return true;
    }
}
