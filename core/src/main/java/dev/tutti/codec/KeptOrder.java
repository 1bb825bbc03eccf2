package dev.tutti.codec;

import java.util.LinkedHashMap;

/** Which order a {@link LinkedHashMap} keeps: it does not say, but it shows. */
final class KeptOrder {
  private KeptOrder() {}

  /**
   * {@return whether looking something up moves it to the end} It is tried on a copy, which keeps
   * the order that the original keeps.
   */
  @SuppressWarnings("NonApiType") // no other map has a choice
  static boolean isOfAccess(LinkedHashMap<?, ?> map) {
    @SuppressWarnings("unchecked") // what is put into it is dropped with it
    LinkedHashMap<Object, Object> copy = (LinkedHashMap<Object, Object>) map.clone();
    while (copy.size() < 2) {
      copy.put(new Object(), "");
    }
    Object first = copy.firstEntry().getKey();
    copy.get(first);
    return copy.firstEntry().getKey() != first;
  }
}
