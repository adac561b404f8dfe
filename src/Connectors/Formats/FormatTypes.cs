using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Formats;

/// <summary>Which columns a text format can hold.</summary>
static class FormatTypes
{
    /// <summary>0A000 for the first column that the format cannot hold.</summary>
    public static void Ensure(ConnectorTable table, string format)
    {
        foreach (var field in table.Schema.Fields)
        {
            if (!TextType.Supports(field.Type))
                throw ConnectorErrors.TypeNotSupported(table.Name, field, $"format '{format}'");
        }
    }
}
