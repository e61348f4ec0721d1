package dev.autodiff.examples.draw;

import java.awt.Color;

/** Colours for numbers from 0 to 1, linear between a few fixed ones. */
enum ColorMap {
    /** From dark blue to yellow, lighter as numbers grow: seen alike by colour-blind eyes (after cividis, Nuñez et al. 2018). */
    SEQUENTIAL(0x00224E, 0x233E6C, 0x575D6D, 0x7C7B78, 0xA59C74, 0xD2C060, 0xFEE838),
    /** Blue below one half, white there, orange above: for two classes and for signs. */
    DIVERGING(0x3B8BC2, 0xB9D7EB, 0xFFFFFF, 0xF9DDB0, 0xE69F00),
    /** The sequential colours mixed with white, as a ground for lines and arrows. */
    PALE(0x8093A6, 0x919EB5, 0xABAEB6, 0xBDBDBB, 0xD2CDB9, 0xE8DFAF, 0xFEF39B);

    @SuppressWarnings("ImmutableEnumChecker") // never written, never handed out
    private final int[] anchors;

    ColorMap(int... anchors) {
        this.anchors = anchors;
    }

    Color at(double value) {
        double place = Math.min(1, Math.max(0, Double.isNaN(value) ? 0 : value)) * (anchors.length - 1);
        int i = Math.min((int) place, anchors.length - 2);
        double part = place - i;
        int rgb = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
            double low = anchors[i] >> shift & 0xFF;
            double high = anchors[i + 1] >> shift & 0xFF;
            rgb |= (int) Math.round(low + part * (high - low)) << shift;
        }
        return new Color(rgb);
    }
}
