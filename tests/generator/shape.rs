//! Texts for regular expressions: of the few signs that the shapes of the table use. All else is a mistake there.

use std::iter::Peekable;
use std::str::Chars;

use super::Generator;

/// A regular expression.
pub(super) enum Shape {
    /// One of these characters.
    One(Vec<char>),
    /// One after the other.
    Row(Vec<Shape>),
    /// One of these.
    Choice(Vec<Shape>),
    /// From so often to so often.
    Often(Box<Shape>, usize, usize),
}

impl Shape {
    pub(super) fn write(&self, generator: &mut Generator, text: &mut String) {
        match self {
            Self::One(characters) => text.push(characters[generator.below(characters.len())]),
            Self::Row(shapes) => shapes.iter().for_each(|shape| shape.write(generator, text)),
            Self::Choice(shapes) => shapes[generator.below(shapes.len())].write(generator, text),
            Self::Often(shape, least, most) => {
                for _ in 0..least + generator.below(most - least + 1) {
                    shape.write(generator, text);
                }
            }
        }
    }
}

pub(super) fn parse(shape: &str) -> Shape {
    let mut signs = shape.chars().peekable();
    let parsed = choice(&mut signs);
    assert!(signs.next().is_none(), "all of {shape} is read");
    parsed
}

fn choice(signs: &mut Peekable<Chars<'_>>) -> Shape {
    let mut choices = vec![row(signs)];
    while signs.next_if_eq(&'|').is_some() {
        choices.push(row(signs));
    }
    Shape::Choice(choices)
}

fn row(signs: &mut Peekable<Chars<'_>>) -> Shape {
    let mut shapes = Vec::new();
    while let Some(sign) = signs.next_if(|sign| !matches!(sign, '|' | ')')) {
        let shape = match sign {
            '(' => {
                let inner = choice(signs);
                assert_eq!(signs.next(), Some(')'), "a group ends");
                inner
            }
            '[' => Shape::One(class(signs)),
            '\\' => Shape::One(vec![signs.next().expect("a sign behind the backslash")]),
            '.' | '*' | '+' | '^' | '$' => panic!("`{sign}` is not generated"),
            sign => Shape::One(vec![sign]),
        };
        shapes.push(often(signs, shape));
    }
    Shape::Row(shapes)
}

fn often(signs: &mut Peekable<Chars<'_>>, shape: Shape) -> Shape {
    match signs.peek() {
        Some('?') => {
            signs.next();
            Shape::Often(Box::new(shape), 0, 1)
        }
        Some('+') => {
            signs.next();
            Shape::Often(Box::new(shape), 4, 12)
        }
        Some('*') => {
            signs.next();
            Shape::Often(Box::new(shape), 0, 8)
        }
        Some('{') => {
            let bounds: String = signs.by_ref().skip(1).take_while(|sign| *sign != '}').collect();
            let (least, most) = bounds.split_once(',').unwrap_or((&bounds, &bounds));
            let least: usize = least.parse().expect("a number");
            Shape::Often(Box::new(shape), least, most.parse().unwrap_or(least + 20))
        }
        _ => shape,
    }
}

fn class(signs: &mut Peekable<Chars<'_>>) -> Vec<char> {
    let mut characters = Vec::new();
    while let Some(first) = signs.next().filter(|sign| *sign != ']') {
        if signs.next_if_eq(&'-').is_some() {
            match signs.next_if(|sign| *sign != ']') {
                Some(last) => characters.extend(first..=last),
                None => characters.extend([first, '-']),
            }
        } else {
            characters.push(first);
        }
    }
    characters
}
