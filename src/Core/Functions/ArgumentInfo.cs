using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Core.Functions;

/// <summary>What is known of an argument when a call is planned.</summary>
/// <param name="Type">Its type.</param>
/// <param name="IsConstant">True if its value is known now.</param>
/// <param name="Value">The value (see <see cref="Columns.PlanValue"/>) where <paramref name="IsConstant"/>.</param>
/// <param name="Span">Where it stands in the SQL text.</param>
public readonly record struct ArgumentInfo(SqlType Type, bool IsConstant, object? Value, SourceSpan Span);
