using System.Text.Json;

namespace SqlStream.Functions.Json;

/// <summary>Finds all ends of a path in a document.</summary>
static class JsonSelection
{
    /// <summary>Appends what the path leads to; false where a strict path leads nowhere on its way.</summary>
    public static bool TrySelect(JsonElement root, JsonPath path, List<JsonElement> ends)
    {
        var current = new List<JsonElement> { root };
        var several = false;
        foreach (var step in path.Steps)
        {
            var next = new List<JsonElement>();
            foreach (var element in current)
            {
                // Beyond a step with several ends, what is missing is left out.
                if (!TryStep(element, step, next) && !several && !path.IsLax)
                    return false;
            }
            several |= !step.IsDefinite;
            current = next;
        }
        ends.AddRange(current);
        return true;
    }

    static bool TryStep(JsonElement element, JsonStep step, List<JsonElement> next)
    {
        switch (step)
        {
            case MemberStep member:
                return TryAddMember(element, member.Name, next);
            case MembersStep members when element.ValueKind == JsonValueKind.Object:
                foreach (var name in members.Names)
                    TryAddMember(element, name, next);
                return true;
            case ElementStep item:
                return TryAddElement(element, item.Index, next);
            case ElementsStep items when element.ValueKind == JsonValueKind.Array:
                foreach (var index in items.Indexes)
                    TryAddElement(element, index, next);
                return true;
            case SliceStep slice when element.ValueKind == JsonValueKind.Array:
                var length = element.GetArrayLength();
                var from = Clamp(slice.From ?? 0, length);
                var to = Clamp(slice.To ?? length, length);
                for (var i = from; i < to; i++)
                    next.Add(element[i]);
                return true;
            case AllStep when element.ValueKind is JsonValueKind.Object or JsonValueKind.Array:
                AddParts(element, next);
                return true;
            case DeepStep deep:
                AddDeep(element, deep.Then, next);
                return true;
            default:
                return false;
        }
    }

    static int Clamp(int index, int length) => Math.Clamp(index < 0 ? index + length : index, 0, length);

    static bool TryAddMember(JsonElement element, string name, List<JsonElement> next)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var value))
            return false;
        next.Add(value);
        return true;
    }

    static bool TryAddElement(JsonElement element, int index, List<JsonElement> next)
    {
        if (element.ValueKind != JsonValueKind.Array)
            return false;
        var at = index < 0 ? index + element.GetArrayLength() : index;
        if (at < 0 || at >= element.GetArrayLength())
            return false;
        next.Add(element[at]);
        return true;
    }

    static void AddParts(JsonElement element, List<JsonElement> parts)
    {
        if (element.ValueKind == JsonValueKind.Object)
            parts.AddRange(element.EnumerateObject().Select(member => member.Value));
        else if (element.ValueKind == JsonValueKind.Array)
            parts.AddRange(element.EnumerateArray());
    }

    static void AddDeep(JsonElement element, JsonStep step, List<JsonElement> next)
    {
        TryStep(element, step, next);
        var parts = new List<JsonElement>();
        AddParts(element, parts);
        foreach (var part in parts)
            AddDeep(part, step, next);
    }
}
