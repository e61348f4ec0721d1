package dev.autodiff;

/** Is told of what one thread computes; see {@link Mode#listening}. */
interface OpListener {
    /** An operation has run, forward or as a part of a rule, and was recorded if anything asked for that. */
    void ran(Op op, Tensor[] inputs, Tensor out);

    /** A backward sweep has computed what a node hands on to one of its inputs. */
    void contributed(Node node, int input, Tensor contribution);

    /** Tells whether to report the operations that a rule is made of, too. */
    boolean hearsRules();
}
