/**
 * The torture of what processes share: processes that lock, wait and meet are killed, and what they
 * have done is judged from outside.
 */
@NullMarked
package dev.tutti.stress.sharing;

import org.jspecify.annotations.NullMarked;
