using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using SqlStream.Planner.Statements;
using SqlStream.State.Checkpoints;

namespace SqlStream.Engine.Catalogs;

/// <summary>The content of <c>catalog.json</c>: the databases, tables and views of a catalog that a directory keeps.</summary>
/// <param name="Generation">Counts the changes, so that nobody overwrites what he has not seen.</param>
/// <param name="Comment">COMMENT of the catalog.</param>
/// <param name="Databases">All databases.</param>
/// <param name="Objects">All permanent tables and views.</param>
/// <param name="Functions">All permanent functions; null in files of engines that knew none.</param>
sealed record CatalogFile(
    long Generation, string? Comment, IReadOnlyList<StoredDatabase> Databases, IReadOnlyList<StoredObject> Objects, IReadOnlyList<StoredFunction>? Functions = null)
{
    public const int CurrentVersion = 1;

    // Statements are for people to read, with their quotes.
    static readonly CatalogJson s_readable = new(new JsonSerializerOptions(CatalogJson.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>The bytes of the file. The checksum covers the content as it stands there.</summary>
    public byte[] ToBytes()
    {
        var content = JsonSerializer.Serialize(this, s_readable.CatalogFile);
        var checksum = Checksum.Of(Encoding.UTF8.GetBytes(content));
        return Encoding.UTF8.GetBytes($"{{\n\"formatVersion\": {CurrentVersion},\n\"crc32c\": \"{checksum:x8}\",\n\"catalog\": {content}\n}}\n");
    }

    /// <summary>Reads the file; what is wrong with it is said with its path.</summary>
    public static CatalogFile Parse(byte[] bytes, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var version = document.RootElement.GetProperty("formatVersion").GetInt32();
            if (version > CurrentVersion)
                throw EngineErrors.NewerCatalog(path, version);
            var content = document.RootElement.GetProperty("catalog").GetRawText();
            var checksum = Checksum.Of(Encoding.UTF8.GetBytes(content)).ToString("x8", System.Globalization.CultureInfo.InvariantCulture);
            if (document.RootElement.GetProperty("crc32c").GetString() != checksum)
                throw EngineErrors.DamagedCatalog(path, "Its checksum is wrong.");
            return JsonSerializer.Deserialize(content, CatalogJson.Default.CatalogFile)
                ?? throw EngineErrors.DamagedCatalog(path, "It is empty.");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw EngineErrors.DamagedCatalog(path, e.Message);
        }
    }
}

/// <summary>A database of a catalog.</summary>
sealed record StoredDatabase(string Name, string? Comment, IReadOnlyDictionary<string, string> Options);

/// <summary>A function of a catalog.</summary>
sealed record StoredFunction(string Database, string Name, string ClassName, string? Language, IReadOnlyList<StoredResource> Resources);

/// <summary>A file that holds the class of a function.</summary>
sealed record StoredResource(string Kind, string Path);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(CatalogFile))]
sealed partial class CatalogJson : JsonSerializerContext;
