//! What a line of the list becomes.
//!
//! A line names, in this order: the marker type that stands for the entry; its id; its family; the services it needs;
//! the floor that bounds it; what it does; its type on a clock `C`; how it is built at a environment; and what it is asked, where
//! that is not the ordinary.

macro_rules! catalogue {
    ($(
        $(#[$attribute:meta])*
        $kind:ident $name:ident = $id:literal, $family:ident, needs $needs:expr, floor $floor:expr,
            $about:literal,
            $authoriser:ty => |$environment:ident| $build:expr $(, capabilities $capabilities:expr)?;
    )*) => {
        $(
            $(#[$attribute])*
            #[doc = concat!("`", $id, "`: ", $about, ".")]
            #[derive(Clone, Copy, Debug)]
            pub struct $name;

            $(#[$attribute])*
            impl Entry for $name {
                const ID: &'static str = $id;
                const KIND: Kind = Kind::$kind;
                const FAMILY: Family = Family::$family;
                const ABOUT: &'static str = $about;
                const NEEDS: &'static [Need] = $needs;
                const FLOOR: Option<&'static str> = $floor;
                $(const CAPABILITIES: Capabilities = $capabilities;)?
                type Authoriser<C: Clock> = $authoriser;

                async fn build<C: Clock>($environment: &Environment<C>) -> Result<Self::Authoriser<C>, Unavailable> {
                    $build
                }
            }
        )*

        /// Shows every entry to the visitor, in the order of the list.
        pub fn visit(visitor: &mut impl Visitor) {
            $($(#[$attribute])* visitor.visit::<$name>();)*
        }

        #[cfg(test)]
        mod conformance {
            $($(#[$attribute])* catalogue!(@conformance $kind $name);)*
        }
    };

    // Controls do not do the job, so there is nothing to hold them to.
    (@conformance Control $name:ident) => {};
    (@conformance $kind:ident $name:ident) => {
        authoriser::conformance!($name, |clock| crate::conformance::build::<crate::list::$name>(clock));
    };
}
