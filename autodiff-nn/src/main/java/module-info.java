/** Layers, losses, optimizers, data and file formats. */
module dev.autodiff.nn {
    requires static transitive org.jspecify;
    requires transitive dev.autodiff.core;
    requires com.google.gson;
}
