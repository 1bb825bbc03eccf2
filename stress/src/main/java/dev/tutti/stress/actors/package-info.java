/**
 * The torture of an actor: its process is killed under load, and what the calls have written is
 * judged.
 */
@NullMarked
package dev.tutti.stress.actors;

import org.jspecify.annotations.NullMarked;
