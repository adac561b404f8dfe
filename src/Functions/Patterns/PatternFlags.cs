namespace SqlStream.Functions.Patterns;

/// <summary>The flags that (?idmsuxU) switches.</summary>
[Flags]
enum PatternFlags
{
    /// <summary>No flag.</summary>
    None = 0,

    /// <summary>i: the case of ASCII letters does not matter.</summary>
    IgnoreCase = 1,

    /// <summary>d: only \n ends a line.</summary>
    UnixLines = 2,

    /// <summary>m: ^ and $ stand at the ends of lines too.</summary>
    Multiline = 4,

    /// <summary>s: the point matches line terminators too.</summary>
    DotAll = 8,

    /// <summary>u: with i, the case of all letters does not matter.</summary>
    UnicodeCase = 16,

    /// <summary>x: white space and comments from # to the end of the line are passed over.</summary>
    Comments = 32,

    /// <summary>U: \w, \d, \s, \b and POSIX classes are Unicode's; implies u.</summary>
    UnicodeClasses = 64,
}
