/** Layers, losses, optimizers, data and file formats. */
module dev.autodiff.nn {
    requires static transitive org.jspecify;
    requires transitive dev.autodiff.core;
    requires com.google.gson;

    exports dev.autodiff.nn;
    exports dev.autodiff.nn.data;
    exports dev.autodiff.nn.io;
    exports dev.autodiff.nn.optim;
}
