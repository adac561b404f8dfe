using System.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Scalar;

/// <summary>What a parameter of a function takes, and the type to which its argument is cast.</summary>
enum Parameter
{
    /// <summary>CHAR or VARCHAR, as it is.</summary>
    Text,

    /// <summary>Character strings as they are, numbers, dates and times cast to STRING.</summary>
    AnyAsText,

    /// <summary>BINARY or VARBINARY, as it is.</summary>
    Binary,

    /// <summary>Integers, cast to INT.</summary>
    Int,

    /// <summary>Integers, cast to BIGINT.</summary>
    BigInt,

    /// <summary>Numbers, cast to DOUBLE.</summary>
    Double,

    /// <summary>Numbers as they are.</summary>
    Number,

    /// <summary>BOOLEAN.</summary>
    Boolean,

    /// <summary>DATE, TIME, TIMESTAMP, TIMESTAMP_LTZ as they are.</summary>
    Datetime,

    /// <summary>DATE, TIMESTAMP, TIMESTAMP_LTZ as they are; constant strings as TIMESTAMP.</summary>
    Point,
}

/// <summary>Matching of arguments with parameters.</summary>
static class Parameters
{
    /// <summary>The type to which the argument is cast, or null where it does not fit.</summary>
    public static SqlType? Match(Parameter parameter, SqlType type)
    {
        if (type.Kind == SqlTypeKind.Null)
            return OfNull(parameter);
        return parameter switch
        {
            Parameter.Text => type.IsCharacter ? type : null,
            Parameter.Binary => type.IsBinary ? type : null,
            Parameter.AnyAsText => type.IsCharacter ? type : IsPrintable(type) ? SqlType.String : null,
            Parameter.Int => type.IsInteger ? SqlType.Int : null,
            Parameter.BigInt => type.IsInteger ? SqlType.BigInt : null,
            Parameter.Double => type.IsNumeric ? SqlType.Double : null,
            Parameter.Number => type.IsNumeric ? type : null,
            Parameter.Boolean => type.Kind == SqlTypeKind.Boolean ? type : null,
            Parameter.Datetime => type.IsDatetime ? InMicros(type) : null,
            Parameter.Point =>
                type.IsTimestamp || type.Kind == SqlTypeKind.Date ? InMicros(type) : type.IsCharacter ? SqlType.Timestamp(3) : null,
            _ => throw new UnreachableException($"parameter {parameter} has no match"),
        };
    }

    /// <summary>A timestamp of at most six digits, which is what kernels on dates and times take; other types as they are.</summary>
    public static SqlType InMicros(SqlType type) =>
        type is TemporalType { IsNanos: true } time ? new TemporalType(time.Kind, TemporalType.MicrosPrecisionMax, time.IsNullable) : type;

    static bool IsPrintable(SqlType type) =>
        type.IsNumeric || type.IsDatetime || type.IsInterval || type.Kind == SqlTypeKind.Boolean;

    static SqlType OfNull(Parameter parameter) => parameter switch
    {
        Parameter.Text or Parameter.AnyAsText => SqlType.String,
        Parameter.Binary => SqlType.Bytes,
        Parameter.Int or Parameter.Number => SqlType.Int,
        Parameter.BigInt => SqlType.BigInt,
        Parameter.Double => SqlType.Double,
        Parameter.Boolean => SqlType.Boolean,
        _ => SqlType.Timestamp(3),
    };
}
