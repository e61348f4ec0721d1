package dev.autodiff;

/**
 * The states of an LSTM after each step, both [time, batch, size].
 *
 * @param hidden h, what it puts out
 * @param cell c, what it remembers
 */
public record LstmStates(Tensor hidden, Tensor cell) {}
