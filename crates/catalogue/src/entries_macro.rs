//! What an entry of the list becomes.
//!
//! An entry names, in this order: the feature without which this build leaves it out, if any; its kind and the marker type
//! that stands for it; its id; its family; the servers it needs; the floor that bounds it; what it does; its type on a clock
//! `C`; how it is built in an environment; and its capabilities, where they are not the ordinary ones.

macro_rules! catalogue {
    ($(
        $([feature $feature:literal])?
        $kind:ident $name:ident = $id:literal, $family:ident, needs $needs:expr, floor $floor:expr,
            $about:literal,
            $authoriser:ty => |$environment:ident| $build:expr $(, capabilities $capabilities:expr)?;
    )*) => {
        $(
            $(#[cfg(feature = $feature)])?
            #[doc = concat!("`", $id, "`: ", $about, ".")]
            #[derive(Clone, Copy, Debug)]
            pub struct $name;

            $(#[cfg(feature = $feature)])?
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
            $($(#[cfg(feature = $feature)])? visitor.visit::<$name>();)*
        }

        /// Every entry in the order of the list, those too that this build leaves out.
        #[must_use]
        pub fn descriptions() -> Vec<Description> {
            vec![$(Description {
                id: $id,
                kind: Kind::$kind,
                family: Family::$family,
                about: $about,
                needs: $needs,
                floor: $floor,
                capabilities: catalogue!(@capabilities $($capabilities)?),
                left_out: catalogue!(@left_out $($feature)?),
            },)*]
        }

        #[cfg(test)]
        mod conformance {
            $($(#[cfg(feature = $feature)])? catalogue!(@conformance $kind $name);)*
        }
    };

    (@capabilities) => { Capabilities::ORDINARY };
    (@capabilities $capabilities:expr) => { $capabilities };

    (@left_out) => { None };
    (@left_out $feature:literal) => { if cfg!(feature = $feature) { None } else { Some($feature) } };

    // Controls do not do the job, so there is nothing to hold them to.
    (@conformance Control $name:ident) => {};
    (@conformance $kind:ident $name:ident) => {
        authoriser::conformance!($name, |clock| crate::conformance::build::<crate::list::$name>(clock));
    };
}
