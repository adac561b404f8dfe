using SqlStream.Core.Connect;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Formats.Raw;

/// <summary>Which tables format <c>raw</c> can hold: those of one column of a type that is plainly bytes.</summary>
static class RawTypes
{
    /// <summary>The one column of messages; 0A000 if there are more or it cannot be held.</summary>
    public static TextType OfMessages(ConnectorTable table)
    {
        if (table.Schema.Count != 1)
            throw ConnectorErrors.OneColumnOnly(table.Name, "format 'raw'", table.Schema.Count);
        var field = table.Schema[0];
        if (!IsSupported(field.Type))
            throw ConnectorErrors.TypeNotSupported(table.Name, field, "format 'raw'");
        return TextType.Of(field.Type);
    }

    /// <summary>The one column of files, where only strings have a visible end.</summary>
    public static TextType OfFiles(ConnectorTable table, RawOptions options)
    {
        var type = OfMessages(table);
        if (type.Kind is not (TextKind.Characters or TextKind.Binary))
            throw ConnectorErrors.TypeNotSupported(table.Name, table.Schema[0], "format 'raw' in files");
        if (options.Charset.HasMark && type.Kind == TextKind.Characters)
        {
            throw ConnectErrors.InvalidOptionValue(table.Options.Find("raw.charset")!, "UTF-16LE or UTF-16BE in files",
                "The mark at the beginning of a file is not there where reading goes on later.");
        }
        return type;
    }

    static bool IsSupported(SqlType type) =>
        type.IsCharacter || type.IsBinary || type.IsInteger || type.IsApproximate || type.Kind == SqlTypeKind.Boolean;
}
