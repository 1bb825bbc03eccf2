/** Drawing a graph of boxes as text: SVG, and the language of Graphviz. */
package dev.tutti.drawing;
