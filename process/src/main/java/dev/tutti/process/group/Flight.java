package dev.tutti.process.group;

import dev.tutti.spi.Item;

/**
 * An item in the hands of a worker.
 *
 * @param link the worker
 * @param number the item's number there; it names the claim word
 * @param item the item
 */
record Flight(Link link, long number, Item item) {}
