package dev.tutti.codec;

import java.io.ObjectInputFilter;
import org.jspecify.annotations.Nullable;

/** What a filter is told. */
record Question(
    @Nullable Class<?> serialClass, long arrayLength, long depth, long references, long streamBytes)
    implements ObjectInputFilter.FilterInfo {}
