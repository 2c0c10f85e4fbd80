//! From what plotters writes to an SVG that follows the theme, scales, and can be read aloud.

use super::palette::{classes, theme};

/// The paper around a chart that stands alone, in pixels.
const MARGIN: f64 = 20.0;

/// A drawn chart, without its outermost element.
pub(crate) struct Svg {
    size: (f64, f64),
    title: String,
    description: String,
    content: String,
}

impl Svg {
    /// Takes the drawing out of plotters' file and gives every colour its class. The colour stays as an attribute, which
    /// any rule overrides, for programs that know no style sheets.
    pub(crate) fn new(size: (f64, f64), title: &str, description: &str, file: &str) -> Self {
        let start = file.find('>').map_or(0, |end| end + 1);
        let end = file.rfind("</svg>").unwrap_or(file.len());
        let mut content = file.get(start..end).unwrap_or_default().to_owned();
        for (class, colour) in classes() {
            // Text cannot be hit: plotters writes its quotation marks as entities.
            content = content
                .replace(&format!("fill=\"{colour}\""), &format!("class=\"f-{class}\" fill=\"{colour}\""));
            content = content.replace(
                &format!("stroke=\"{colour}\""),
                &format!("class=\"s-{class}\" stroke=\"{colour}\""),
            );
        }
        // The page's font, whichever it is.
        content = content.replace(" font-family=\"sans-serif\"", "").replace(" opacity=\"1\"", "");
        // No line end inside a text: it would be a space at the end of right-aligned figures.
        content = content.replace("\n</text>", "</text>").replace(">\n", ">");
        Self { size, title: title.to_owned(), description: description.to_owned(), content }
    }

    /// For a page that has the theme; no namespace, which HTML does not need.
    pub(crate) fn inline(&self, class: &str) -> String {
        self.element(&format!(" class=\"{class}\""), "", 0.0)
    }

    /// For a file of its own, with the theme and a background in it.
    pub(crate) fn standalone(&self) -> String {
        let style = format!(
            "<style>{}text{{font-family:system-ui,-apple-system,\"Segoe UI\",Roboto,\"Helvetica Neue\",Arial,\
             sans-serif;font-variant-numeric:tabular-nums}}</style>\
             <rect class=\"f-paper\" x=\"-200\" y=\"-200\" width=\"100%\" height=\"100%\" fill=\"#fffefc\"/>",
            theme()
        );
        self.element(" xmlns=\"http://www.w3.org/2000/svg\" font-family=\"sans-serif\"", &style, MARGIN)
            + "\n"
    }

    /// The outermost element, with a margin in pixels around the drawing.
    fn element(&self, attributes: &str, before: &str, margin: f64) -> String {
        let (width, height) = (self.size.0 + 2.0 * margin, self.size.1 + 2.0 * margin);
        format!(
            "<svg{attributes} viewBox=\"{} {} {} {}\" width=\"{width}\" height=\"{height}\" role=\"img\">\
             <title>{}</title><desc>{}</desc>{before}{}</svg>",
            -margin * 10.0,
            -margin * 10.0,
            width * 10.0,
            height * 10.0,
            escape(&self.title),
            escape(&self.description),
            self.content
        )
    }
}

/// Text as XML content.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '&' => escaped += "&amp;",
            control if control.is_control() => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{
        canvas::{self, Align, Type},
        palette::Ink,
    };

    #[test]
    fn colours_become_classes_and_text_stays_text() {
        let file = canvas::draw((100.0, 20.0), |canvas| {
            canvas.line(&[(0.0, 0.0), (9.0, 9.0)], Ink::Grid, 1.0)?;
            let hostile = "</text><script>\u{1}fill=\"#1B1B1A\"";
            canvas.text((5.0, 5.0), Align::Left, Type::new(12.0, Ink::Text), hostile)
        })
        .unwrap();
        let svg = Svg::new((100.0, 20.0), "a < b", "c & d", &file).standalone();
        let document = roxmltree::Document::parse(&svg).unwrap();
        let find = |tag: &str| document.descendants().find(|node| node.has_tag_name(tag)).unwrap();
        assert_eq!(find("polyline").attribute("class"), Some("s-grid"));
        assert_eq!(find("text").attribute("class"), Some("f-text"));
        assert_eq!(find("text").text(), Some("</text><script> fill=\"#1B1B1A\""));
        assert_eq!(find("title").text(), Some("a < b"));
        assert_eq!(find("desc").text(), Some("c & d"));
        assert_eq!(document.root_element().attribute("viewBox"), Some("-200 -200 1400 600"));
        assert!(document.descendants().all(|node| !node.has_tag_name("script")));
    }
}
