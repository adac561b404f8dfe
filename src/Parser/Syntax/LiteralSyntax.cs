namespace SqlStream.Parser.Syntax;

/// <summary>A value written out. The type of numbers follows from their digits, not from their value.</summary>
public abstract record LiteralSyntax : ExpressionSyntax;

/// <summary>Digits without point and exponent; at most 38 of them.</summary>
public sealed record IntegerLiteral(Int128 Value) : LiteralSyntax;

/// <summary>Digits with a point: <c>1.50</c> is unscaled 150 and scale 2; at most 38 digits.</summary>
public sealed record DecimalLiteral(Int128 Unscaled, int Scale) : LiteralSyntax;

/// <summary>A number with an exponent.</summary>
public sealed record DoubleLiteral(double Value) : LiteralSyntax;

/// <summary>'text' or U&amp;'text'; the value has no quotes and no escapes.</summary>
public sealed record StringLiteral(string Value) : LiteralSyntax;

/// <summary>X'0aff'; an even number of digits in upper case.</summary>
public sealed record BinaryLiteral(string HexDigits) : LiteralSyntax;

/// <summary>TRUE or FALSE.</summary>
public sealed record BooleanLiteral(bool Value) : LiteralSyntax;

/// <summary>NULL.</summary>
public sealed record NullLiteral : LiteralSyntax;

/// <summary>DATE 'text'; the text is checked by the binder.</summary>
public sealed record DateLiteral(string Text) : LiteralSyntax;

/// <summary>TIME 'text'; the text is checked by the binder.</summary>
public sealed record TimeLiteral(string Text) : LiteralSyntax;

/// <summary>TIMESTAMP 'text'; the text is checked by the binder.</summary>
public sealed record TimestampLiteral(string Text) : LiteralSyntax;

/// <summary>INTERVAL [-] 'text' unit [TO unit]; the text is checked by the binder.</summary>
public sealed record IntervalLiteral(string Text, IntervalQualifier Qualifier, bool Negative) : LiteralSyntax;
