package dev.tutti.memory.sync;

import java.io.Serializable;
import java.util.concurrent.Callable;

/** What a test has done, here or in another process. */
interface Remote<T> extends Callable<T>, Serializable {}
