package dev.tutti.drawing;

import dev.tutti.task.NodeState;

/**
 * What a state looks like: a light colour for dark text, and an outline of its own for who does not
 * see the colour.
 *
 * @param fill the colour inside
 * @param stroke the colour of the outline
 * @param dashes the dashes of the outline; empty for none
 * @param width how thick the outline is
 * @param corner how much of a corner is taken off; negative if it is cut, not round
 */
record Look(String fill, String stroke, String dashes, int width, int corner) {
  static Look of(NodeState state) {
    return switch (state) {
      case WAITING -> new Look("#f1f3f5", "#868e96", "5 3", 1, 8);
      case RUNNING -> new Look("#d0ebff", "#1864ab", "", 3, 8);
      case DONE -> new Look("#d3f9d8", "#2b8a3e", "", 1, 8);
      case FAILED -> new Look("#ffe3e3", "#c92a2a", "", 3, -10);
      case SKIPPED -> new Look("#fff3bf", "#a65d00", "2 3", 1, 0);
      case CANCELLED -> new Look("#e5dbff", "#5f3dc4", "8 3 2 3", 1, 0);
    };
  }
}
