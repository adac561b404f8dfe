namespace SqlStream.Functions.Scalar.Operators;

/// <summary>The operators on two numbers.</summary>
enum ArithmeticOperator
{
    /// <summary>Plus.</summary>
    Add,

    /// <summary>Minus.</summary>
    Subtract,

    /// <summary>Times.</summary>
    Multiply,

    /// <summary>Divided by.</summary>
    Divide,

    /// <summary>Remainder.</summary>
    Modulo,
}
