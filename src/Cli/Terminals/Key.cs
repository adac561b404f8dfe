namespace SqlStream.Cli.Terminals;

/// <summary>What was pressed.</summary>
enum KeyKind
{
    /// <summary>Characters, in <see cref="Key.Text"/>.</summary>
    Text,

    /// <summary>Something pasted, in <see cref="Key.Text"/>.</summary>
    Paste,

    /// <summary>A letter with Ctrl: <see cref="Key.Text"/> is it, in lower case.</summary>
    Control,

    /// <summary>A character with Alt, in lower case.</summary>
    Alt,

    /// <summary>Keys that have a name.</summary>
    Enter,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Escape,
    Up,
    Down,
    Left,
    Right,
    WordLeft,
    WordRight,
    Home,
    End_,
    PageUp,
    PageDown,

    /// <summary>No key: the waiting was ended.</summary>
    Wake,

    /// <summary>No key: there will be none any more.</summary>
    End,

    /// <summary>A key that means nothing here.</summary>
    Unknown,
}

/// <summary>A key.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its characters, where it has any.</param>
readonly record struct Key(KeyKind Kind, string Text = "");
