namespace SqlStream.Cli.Terminals;

/// <summary>How characters look: the number of an SGR sequence; 0 for plain.</summary>
readonly record struct Style(string Code)
{
    public static Style Plain { get; } = new("");
    public static Style Prompt { get; } = new("1");
    public static Style Keyword { get; } = new("1;34");
    public static Style Text { get; } = new("32");
    public static Style Number { get; } = new("36");
    public static Style Comment { get; } = new("90");
    public static Style Open { get; } = new("33");
    public static Style Dim { get; } = new("90");
    public static Style Selected { get; } = new("7");
    public static Style Error { get; } = new("31");
    public static Style Good { get; } = new("32");
    public static Style Warning { get; } = new("33");

    /// <summary>The text in this style, and plain again after it.</summary>
    public string Of(string text) => string.IsNullOrEmpty(Code) ? text : $"\u001b[{Code}m{text}\u001b[0m";
}
