package dev.autodiff.nn.closed;

import dev.autodiff.nn.Layer;
import dev.autodiff.nn.closed.internal.Hidden;

/** The exported part of a module whose models stand in a package that is not. */
public final class Factory {
    private Factory() {}

    /** Returns a record that the module does not open. */
    public static Layer make() {
        return new Hidden(null);
    }
}
